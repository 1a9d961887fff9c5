package io.windlass.engine.image.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.image.json.BuildableManifestTemplate;
import com.google.cloud.tools.jib.image.json.ManifestListTemplate;
import com.google.cloud.tools.jib.image.json.ManifestTemplate;
import com.google.cloud.tools.jib.json.JsonTemplateMapper;
import com.google.cloud.tools.jib.registry.ManifestAndDigest;
import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageException.Kind;
import io.windlass.engine.image.Platform;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.image.store.ImageRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;

/** Brings one image into the store: manifest, configuration, then the layers at once. */
final class Pull {

  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final int LAYERS = 256;
  private static final long CONFIG_BYTES = 8 << 20;

  private final RegistrySession session;
  private final ContentStore store;
  private final ExecutorService executor;

  Pull(RegistrySession session, ContentStore store, ExecutorService executor) {
    this.session = session;
    this.store = store;
    this.executor = executor;
  }

  ImageRecord bring(ImageReference reference, Platform platform)
      throws ImageException, InterruptedException {
    ManifestAndDigest<ManifestTemplate> found = manifest(reference.getQualifier());
    Digest digest = new Digest(found.getDigest().toString());
    Optional<ImageRecord> here = store.record(digest);
    if (here.isPresent()) {
      store.add(here.get());
      return here.get();
    }
    ManifestAndDigest<ManifestTemplate> one =
        found.getManifest() instanceof ManifestListTemplate list
            ? manifest(variant(list, platform, reference))
            : found;
    if (!(one.getManifest() instanceof BuildableManifestTemplate manifest)) {
      throw bad(reference, "it is in a form that registries gave up years ago");
    }
    try {
      ImageRecord image = parts(reference, digest, manifest);
      store.add(image);
      return image;
    } catch (IOException e) {
      throw bad(reference, "its manifest makes no sense");
    }
  }

  /** By digest, what comes is checked to be of it. */
  private ManifestAndDigest<ManifestTemplate> manifest(String qualifier)
      throws ImageException, InterruptedException {
    ManifestAndDigest<ManifestTemplate> found =
        session.ask(client -> client.pullManifest(qualifier));
    if (Digest.isDigest(qualifier) && !found.getDigest().toString().equals(qualifier)) {
      throw new ImageException(
          Kind.BAD_CONTENT,
          "Tried to pull manifest \"%s\" but what came is \"%s\"; do not trust this registry"
              .formatted(qualifier, found.getDigest()));
    }
    return found;
  }

  private static String variant(
      ManifestListTemplate list, Platform platform, ImageReference reference)
      throws ImageException {
    List<String> digests = list.getDigestsForPlatform(platform.architecture(), platform.os());
    if (digests.isEmpty()) {
      throw new ImageException(
          Kind.BAD_PLAN,
          "Tried to pull \"%s\" but it has no variant for %s; choose another platform or image"
              .formatted(reference, platform));
    }
    return digests.getFirst();
  }

  private ImageRecord parts(
      ImageReference reference, Digest digest, BuildableManifestTemplate manifest)
      throws ImageException, InterruptedException, IOException {
    // Jib's class keeps the layers' media types to itself.
    byte[] bytes = JsonTemplateMapper.toByteArray(manifest);
    JsonNode json = JSON.readTree(bytes);
    Digest config = new Digest(json.path("config").path("digest").asText());
    fetch(config);
    if (Files.size(store.blob(config)) > CONFIG_BYTES) {
      throw bad(reference, "its configuration is larger than " + CONFIG_BYTES + " bytes");
    }
    JsonNode ids =
        JSON.readTree(Files.readAllBytes(store.blob(config))).path("rootfs").path("diff_ids");
    JsonNode listed = json.path("layers");
    if (listed.size() != ids.size() || listed.size() > LAYERS) {
      throw bad(reference, "its layers do not fit its configuration");
    }
    List<ImageRecord.Layer> layers = new ArrayList<>();
    for (int i = 0; i < listed.size(); i++) {
      JsonNode layer = listed.get(i);
      layers.add(
          new ImageRecord.Layer(
              new Digest(layer.path("digest").asText()).text(),
              new Digest(ids.get(i).asText()).text(),
              layer.path("size").asLong(),
              layer.path("mediaType").asText()));
    }
    List<Callable<Boolean>> transfers = new ArrayList<>();
    for (ImageRecord.Layer layer : layers) {
      transfers.add(() -> {
        fetch(new Digest(layer.digest()));
        return true;
      });
    }
    Transfers.all(executor, transfers);
    if (Digest.of(bytes).equals(digest)) {
      store.put(bytes);
    }
    return new ImageRecord(digest.text(), name(reference), config.text(), layers);
  }

  private void fetch(Digest blob) throws ImageException, InterruptedException {
    if (store.has(blob)) {
      return;
    }
    session.ask(client ->
        store.store(
            out -> client.pullBlob(Push.jib(blob), size -> {}, sent -> {}).writeTo(out),
            Optional.of(blob)));
  }

  private static String name(ImageReference reference) {
    return reference.getRegistry() + "/" + reference.getRepository();
  }

  private static ImageException bad(ImageReference reference, String why) {
    return new ImageException(
        Kind.BAD_CONTENT, "Tried to pull \"%s\" but %s; use another".formatted(reference, why));
  }
}
