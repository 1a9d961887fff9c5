package io.windlass.engine.image.registry;

import com.google.cloud.tools.jib.api.DescriptorDigest;
import com.google.cloud.tools.jib.blob.Blobs;
import com.google.cloud.tools.jib.image.json.OciManifestTemplate;
import com.google.cloud.tools.jib.json.JsonTemplateMapper;
import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageException.Kind;
import io.windlass.engine.image.Tag;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.image.store.ImageRecord;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Sends one image while it is still being made: greets the registry at once, sends each blob as
 * soon as it is in the store, and last the manifest that names them, so that nobody can pull half
 * an image. For one thread; the transfers have threads of their own.
 */
public final class Push implements AutoCloseable {

  private final ContentStore store;
  private final Tag tag;
  private final Optional<String> mountFrom;
  private final ExecutorService transfers = Executors.newVirtualThreadPerTaskExecutor();
  private final Future<RegistrySession> session;
  private final Map<Digest, Future<Boolean>> blobs = new LinkedHashMap<>();

  Push(Callable<RegistrySession> opening, ContentStore store, Tag tag, Optional<String> mountFrom) {
    this.store = store;
    this.tag = tag;
    this.mountFrom = mountFrom;
    this.session = transfers.submit(opening);
  }

  /** Begins to send a blob of the store, unless the registry has it. */
  public void begin(Digest blob) {
    blobs.computeIfAbsent(blob, wanted -> transfers.submit(() -> send(wanted)));
  }

  /**
   * Sends what was not begun of an image, waits for all of it, and makes the tag name it.
   *
   * @throws ImageException also for a blob that was begun before and could not be sent
   */
  public void finish(ImageRecord image) throws ImageException, InterruptedException {
    begin(new Digest(image.config()));
    image.layers().forEach(layer -> begin(new Digest(layer.digest())));
    for (Future<Boolean> blob : blobs.values()) {
      Transfers.result(blob);
    }
    OciManifestTemplate manifest = manifest(new Digest(image.digest()));
    DescriptorDigest digest =
        Transfers.result(session).ask(client -> client.pushManifest(manifest, tag.value()));
    if (!digest.toString().equals(image.digest())) {
      throw new ImageException(
          Kind.BROKEN,
          "Tried to push image \"%s\" but the registry has it as \"%s\"; report this"
              .formatted(image.digest(), digest));
    }
  }

  /** Gives up what is not finished; nothing of it reads the store when this returns. */
  @Override
  public void close() {
    transfers.shutdownNow();
    transfers.close();
    if (session.state() == Future.State.SUCCESS) {
      session.resultNow().close();
    }
  }

  /** Whether the registry had it, here or in the repository that it may be taken from. */
  private boolean send(Digest blob) throws ImageException, InterruptedException {
    DescriptorDigest digest = jib(blob);
    return Transfers.result(session)
        .ask(client ->
            client.checkBlob(digest).isPresent()
                || client.pushBlob(
                    digest, Blobs.from(store.blob(blob)), mountFrom.orElse(null), bytes -> {}));
  }

  private OciManifestTemplate manifest(Digest image) throws ImageException {
    try (InputStream blob = store.open(image.text())) {
      return JsonTemplateMapper.readJson(blob.readAllBytes(), OciManifestTemplate.class);
    } catch (IOException e) {
      throw ImageException.of("read the manifest " + image, store.blob(image), e);
    }
  }

  static DescriptorDigest jib(Digest digest) {
    try {
      return DescriptorDigest.fromDigest(digest.text());
    } catch (DigestException e) {
      throw new IllegalStateException("both have one form", e);
    }
  }
}
