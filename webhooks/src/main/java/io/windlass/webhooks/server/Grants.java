package io.windlass.webhooks.server;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.run.EnvironmentGrants;
import io.windlass.engine.source.RepositoryName;
import io.windlass.webhooks.settings.Settings;
import java.util.Optional;
import java.util.function.Supplier;

/** What the server's file allows, as it stands at the moment of the question. */
final class Grants implements EnvironmentGrants {
  private static final String BRANCH = "refs/heads/";
  private static final String TAG = "refs/tags/";

  private final Supplier<Settings> settings;

  Grants(Supplier<Settings> settings) {
    this.settings = settings;
  }

  /** Whether the server's file has the environment. */
  boolean has(EnvironmentId environment) {
    return find(environment).isPresent();
  }

  Optional<io.windlass.webhooks.settings.Grant> find(EnvironmentId environment) {
    return RepositoryName.parse(environment.repository())
        .map(settings.get().repositories()::get)
        .map(repository -> repository.environments().get(environment.name()));
  }

  @Override
  public Grant ask(Question question) {
    String name = question.environment().toString();
    Optional<io.windlass.webhooks.settings.Grant> found = find(question.environment());
    if (found.isEmpty()) {
      return new Grant.Refused(
          "the server's file does not give this repository an environment '"
              + question.environment().name()
              + "'");
    }
    io.windlass.webhooks.settings.Grant grant = found.get();
    if (!grant.target().equals(question.target())) {
      return new Grant.Refused(
          "the server's file binds '"
              + name
              + "' to the target '"
              + grant.target()
              + "', and the commit asks for '"
              + question.target()
              + "'");
    }
    if (!allowsRef(grant, question.ref())) {
      return new Grant.Refused(
          "the server's file does not let '" + question.ref() + "' deploy to '" + name + "'");
    }
    Optional<String> host =
        question.hosts().stream().filter(asked -> !grant.allowsHost(asked)).findFirst();
    return host.<Grant>map(asked ->
            new Grant.Refused(
                "the server's file does not give '" + name + "' the host '" + asked + "'"))
        .orElseGet(() -> new Grant.Allowed(grant.max(), grant.hosts()));
  }

  private static boolean allowsRef(io.windlass.webhooks.settings.Grant grant, String ref) {
    if (ref.startsWith(BRANCH)) {
      return grant.allowsBranch(ref.substring(BRANCH.length()));
    }
    return ref.startsWith(TAG)
        ? grant.allowsTag(ref.substring(TAG.length()))
        : grant.branches().isEmpty();
  }
}
