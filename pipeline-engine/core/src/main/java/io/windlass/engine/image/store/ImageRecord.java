package io.windlass.engine.image.store;

import io.windlass.engine.image.Digest;
import java.util.List;
import java.util.stream.Stream;

/**
 * The parts of one image, as the store keeps them in {@code images/}.
 *
 * @param digest what the image is asked for by: its manifest's, or that of the index that led to it
 * @param name where it came from or went to, for people
 * @param config the blob that says how it starts
 * @param layers bottom to top
 */
public record ImageRecord(String digest, String name, String config, List<Layer> layers) {

  public ImageRecord {
    layers = List.copyOf(layers);
  }

  /**
   * One layer.
   *
   * @param diffId digest of the layer uncompressed
   * @param bytes compressed, as the blob is
   */
  public record Layer(String digest, String diffId, long bytes, String mediaType) {}

  /** The blobs without which the image cannot run. */
  Stream<Digest> blobs() {
    return Stream.concat(Stream.of(config), layers.stream().map(Layer::digest)).map(Digest::new);
  }

  public long bytes() {
    return layers.stream().mapToLong(Layer::bytes).sum();
  }
}
