package io.windlass.webhooks.server;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.registry.Registries;
import io.windlass.engine.run.ImageGrants;
import io.windlass.engine.source.RepositoryName;
import io.windlass.webhooks.settings.Settings;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Which images the server's file gives a repository, as it stands at the moment of the question: to
 * push to in any registry, and to pull from in one that the server has credentials for. What a
 * registry gives to everybody needs no grant.
 */
final class ImageRights implements ImageGrants {
  private final Supplier<Settings> settings;

  ImageRights(Supplier<Settings> settings) {
    this.settings = settings;
  }

  @Override
  public Optional<String> refusal(String repository, String image, Use use) {
    String name;
    try {
      name = Registries.repositoryOf(image);
    } catch (ImageException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
    String registry = name.substring(0, name.indexOf('/'));
    if (use == Use.PULL && !hasCredentials(registry)) {
      return Optional.empty();
    }
    List<String> granted = granted(repository, registry);
    if (granted.stream().anyMatch(grant -> covers(grant, name))) {
      return Optional.empty();
    }
    return Optional.of(
        "the server's file does not let '"
            + repository
            + "' "
            + (use == Use.PUSH ? "push to '" : "pull with its credentials from '")
            + name
            + "' but only what is below "
            + String.join(", ", granted)
            + "; the operator can add it under repositories."
            + repository
            + ".images");
  }

  private boolean hasCredentials(String registry) {
    return settings.get().registries().stream()
        .filter(known -> known.dockerConfig().isPresent())
        .anyMatch(known -> Registries.canonical(known.host()).equals(registry));
  }

  private List<String> granted(String repository, String registry) {
    List<String> images =
        RepositoryName.parse(repository)
            .map(settings.get().repositories()::get)
            .map(Settings.Repository::images)
            .orElse(List.of());
    return images.isEmpty()
        ? List.of(registry + "/" + repository.toLowerCase(Locale.ROOT))
        : images;
  }

  /** A name and all below it: {@code acme/shop} is no beginning of {@code acme/shopping}. */
  private static boolean covers(String grant, String name) {
    int slash = grant.indexOf('/');
    String whole = Registries.canonical(grant.substring(0, slash)) + grant.substring(slash);
    return name.equals(whole) || name.startsWith(whole + "/");
  }
}
