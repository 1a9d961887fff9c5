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
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;

/** Sends one image: its blobs first and at once, then the manifest that names them. */
final class Push {

  private final RegistrySession session;
  private final ContentStore store;
  private final ExecutorService executor;

  Push(RegistrySession session, ContentStore store, ExecutorService executor) {
    this.session = session;
    this.store = store;
    this.executor = executor;
  }

  void send(ImageRecord image, Tag tag, Optional<String> mountFrom)
      throws ImageException, InterruptedException {
    Set<String> blobs = new LinkedHashSet<>();
    blobs.add(image.config());
    image.layers().forEach(layer -> blobs.add(layer.digest()));
    List<Callable<Boolean>> transfers = new ArrayList<>();
    for (String blob : blobs) {
      transfers.add(() -> {
        send(new Digest(blob), mountFrom);
        return true;
      });
    }
    Transfers.all(executor, transfers);
    OciManifestTemplate manifest = manifest(new Digest(image.digest()));
    DescriptorDigest digest = session.ask(client -> client.pushManifest(manifest, tag.value()));
    if (!digest.toString().equals(image.digest())) {
      throw new ImageException(
          Kind.BROKEN,
          "Tried to push image \"%s\" but the registry has it as \"%s\"; report this"
              .formatted(image.digest(), digest));
    }
  }

  private void send(Digest blob, Optional<String> mountFrom)
      throws ImageException, InterruptedException {
    DescriptorDigest digest = jib(blob);
    session.ask(client -> {
      if (client.checkBlob(digest).isEmpty()) {
        client.pushBlob(digest, Blobs.from(store.blob(blob)), mountFrom.orElse(null), bytes -> {});
      }
      return true;
    });
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
