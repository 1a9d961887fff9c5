package io.windlass.engine.kubernetes.rollout;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.kubernetes.rollout.KubernetesTarget.Images;
import io.windlass.engine.kubernetes.rollout.KubernetesTarget.Values;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.SecretRef;
import io.windlass.engine.rollout.RolloutException;
import io.windlass.engine.secret.Masker;
import io.windlass.engine.secret.SecretScope;
import io.windlass.engine.secret.SecretVersion;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a release needs that comes from outside of the cluster: its images, its secrets' values. */
final class Needs {
  private final Images images;
  private final Values secrets;

  Needs(Images images, Values secrets) {
    this.images = images;
    this.secrets = secrets;
  }

  /**
   * Which secret is missing.
   *
   * @return in words; empty where none is
   */
  Optional<String> missingSecret(Release release) {
    return release.runtime().secrets().stream()
        .filter(secret -> secrets.value(version(release, secret)).isEmpty())
        .map(Needs::noVersion)
        .findFirst();
  }

  private static String noVersion(SecretRef secret) {
    return "secret \"" + secret.name() + "\" has no version " + secret.version();
  }

  /**
   * Which image is missing.
   *
   * @return in words; empty where none is
   * @throws RolloutException where a registry does not tell
   */
  Optional<String> missingImage(Release release) throws RolloutException {
    for (ImageRef image : new TreeMap<>(release.images()).values()) {
      try {
        images.check(image);
      } catch (ImageException e) {
        if (e.kind() == ImageException.Kind.UNREACHABLE) {
          // A registry that is away for a moment is no missing image; who asked asks again.
          throw new RolloutException(String.valueOf(e.getMessage()), e);
        }
        return Optional.of(String.valueOf(e.getMessage()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RolloutException(
            "Tried to look for the images of " + release.id() + " but the server is going down", e);
      }
    }
    return Optional.empty();
  }

  /** The values of the secrets by variable; of those that are there. */
  Map<String, String> values(Release release) {
    Map<String, String> values = new TreeMap<>();
    for (SecretRef secret : release.runtime().secrets()) {
      secrets
          .value(version(release, secret))
          .ifPresent(value -> values.put(secret.name(), value.reveal()));
    }
    return values;
  }

  /** For all that a release's replicas say. */
  Masker masker(Release release) {
    return Masker.of(values(release).values().stream().toList());
  }

  private static SecretVersion version(Release release, SecretRef secret) {
    return new SecretVersion(
        new SecretScope(release.environment().repository(), secret.environment()),
        secret.name(),
        secret.version());
  }
}
