package io.windlass.engine.image.registry;

import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageException.Kind;
import io.windlass.engine.image.ImageName;
import io.windlass.engine.image.Platform;
import io.windlass.engine.image.Tag;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.image.store.ImageRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * The registries that this server may talk to: those of the operator's file and no other, since a
 * repository's file names images and must not choose whom the server calls. Thread-safe.
 *
 * <p>Connections are https; plain http is tried for loopback addresses only.
 */
public final class Registries {

  private final Map<String, RegistryAccess> allowed = new HashMap<>();
  private final ContentStore store;
  private final ExecutorService executor;
  private final Retries retries;

  /**
   * The registries of the operator's file.
   *
   * @param executor runs the transfers of one pull at once; one of virtual threads
   */
  public Registries(
      List<RegistryAccess> allowed, ContentStore store, ExecutorService executor, Retries retries) {
    allowed.forEach(access -> this.allowed.put(canonical(access.host()), access));
    this.store = store;
    this.executor = executor;
    this.retries = retries;
  }

  /**
   * Begins to send an image to a registry under a tag; blobs that are there are not sent.
   *
   * @param mountFrom the repository in the same registry that lower layers may be taken from
   * @return what to tell of blobs as they are made; nothing can be pulled before it is finished
   * @throws ImageException when this server may not talk to that registry; what the registry itself
   *     says to us is told at the end
   */
  public Push push(ImageName.InRegistry name, Tag tag, Optional<String> mountFrom)
      throws ImageException {
    String tried = "push \"" + name + "\"";
    RegistryAccess access = access(tried, name.registry());
    ImageReference reference = ImageReference.of(name.registry(), name.repository(), tag.value());
    Optional<String> mount =
        mountFrom
            .map(Registries::parsed)
            .filter(base -> canonical(base.getRegistry()).equals(canonical(name.registry())))
            .map(ImageReference::getRepository);
    return new Push(
        () -> RegistrySession.open(tried, reference, access, retries), store, tag, mount);
  }

  /**
   * Brings an image into the store, unless it is there. May be called by several at once.
   *
   * @param reference by digest, {@code ghcr.io/acme/shop@sha256:...}, or by tag, which is asked for
   *     each time
   * @param platform which variant, where the reference leads to several
   * @return its record, whose digest is what the reference means now; unpack it by that
   */
  public ImageRecord pull(String reference, Platform platform)
      throws ImageException, InterruptedException {
    ImageReference parsed = parse(reference);
    String tried = "pull \"" + reference + "\"";
    RegistryAccess access = access(tried, parsed.getRegistry());
    try (ContentStore.Use _ = store.use()) {
      Optional<ImageRecord> here = here(parsed);
      if (here.isPresent()) {
        store.add(here.get());
        return here.get();
      }
      try (RegistrySession session = RegistrySession.open(tried, parsed, access, retries)) {
        return new Pull(session, store, executor).bring(parsed, platform);
      }
    }
  }

  /**
   * Returns when the registry says that it has the image. Nothing is brought anywhere.
   *
   * @param reference by digest, {@code ghcr.io/acme/shop@sha256:...}
   * @throws ImageException when it is not there, or when the registry cannot be asked
   */
  public void check(String reference) throws ImageException, InterruptedException {
    ImageReference parsed = parse(reference);
    String tried = "find \"" + reference + "\"";
    RegistryAccess access = access(tried, parsed.getRegistry());
    try (RegistrySession session = RegistrySession.open(tried, parsed, access, retries)) {
      if (session.ask(client -> client.checkManifest(parsed.getQualifier())).isEmpty()) {
        throw new ImageException(
            Kind.NOT_FOUND,
            "Tried to "
                + tried
                + " but the registry does not have it; build the commit again, or look who removes images there");
      }
    }
  }

  /** A digest means the same for ever: what is here needs no registry. */
  private Optional<ImageRecord> here(ImageReference reference) throws ImageException {
    return reference.getDigest().isPresent()
        ? store.record(new Digest(reference.getDigest().get()))
        : Optional.empty();
  }

  /** A reference with the registry that it means spelled out, without tag or digest. */
  public static String repositoryOf(String reference) throws ImageException {
    ImageReference parsed = parse(reference);
    return canonical(parsed.getRegistry()) + "/" + parsed.getRepository();
  }

  private RegistryAccess access(String tried, String registry) throws ImageException {
    RegistryAccess access = allowed.get(canonical(registry));
    if (access == null) {
      throw new ImageException(
          Kind.DENIED,
          "Tried to %s but this server may not talk to the registry \"%s\"; the operator can add it under registries in the server's file"
              .formatted(tried, canonical(registry)));
    }
    return access;
  }

  private static ImageReference parse(String reference) throws ImageException {
    try {
      return ImageReference.parse(reference);
    } catch (InvalidImageReferenceException e) {
      throw ImageException.badPlan(
          "read the image \"" + reference + "\"",
          "that is not how images are named",
          "write registry.example.com/name:tag, or name@sha256:...");
    }
  }

  /** For what was pulled under that name before. */
  private static ImageReference parsed(String reference) {
    try {
      return ImageReference.parse(reference);
    } catch (InvalidImageReferenceException e) {
      throw new IllegalArgumentException("Tried to read \"" + reference + "\"", e);
    }
  }

  /** A registry's one name: Docker Hub has several. */
  public static String canonical(String registry) {
    return switch (registry) {
      case "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com" -> "docker.io";
      default -> registry;
    };
  }
}
