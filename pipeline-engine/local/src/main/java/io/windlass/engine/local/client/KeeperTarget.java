package io.windlass.engine.local.client;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.local.client.KeeperException.Kind;
import io.windlass.engine.local.protocol.Beside;
import io.windlass.engine.local.protocol.Resources;
import io.windlass.engine.local.protocol.RolloutStatus;
import io.windlass.engine.local.protocol.Secrets;
import io.windlass.engine.local.protocol.Shift;
import io.windlass.engine.local.protocol.StepStart;
import io.windlass.engine.local.protocol.StepStatus;
import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.PublicRoute;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.SecretRef;
import io.windlass.engine.rollout.Change;
import io.windlass.engine.rollout.CommandResult;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.Division.Part;
import io.windlass.engine.rollout.Division.Replace;
import io.windlass.engine.rollout.Prepared;
import io.windlass.engine.rollout.RolloutException;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.engine.rollout.RolloutTarget;
import io.windlass.engine.rollout.Verified;
import io.windlass.engine.run.StepLimits;
import io.windlass.engine.run.StepResult;
import io.windlass.engine.secret.SecretScope;
import io.windlass.engine.secret.SecretValue;
import io.windlass.engine.secret.SecretVersion;
import io.windlass.scaler.fleet.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Releases run as processes of the local machine, under its keeper. */
public final class KeeperTarget implements RolloutTarget {
  private static final int LINES = 40;

  private final KeeperClient client;
  private final Store images;
  private final Values secrets;

  /** Where images come from: the content store that server and keeper share. */
  public interface Store {
    /**
     * Returns when the image is in the content store, fetched from its registry where it was not.
     *
     * @throws ImageException when it is nowhere, or damaged
     */
    void ensure(ImageRef image) throws ImageException, InterruptedException;
  }

  /** Where secrets' values come from; {@code SecretStore::value}. */
  public interface Values {
    Optional<SecretValue> value(SecretVersion version);
  }

  public KeeperTarget(KeeperClient client, Store images, Values secrets) {
    this.client = client;
    this.images = images;
    this.secrets = secrets;
  }

  @Override
  public Verified verify(Release release) throws RolloutException {
    for (SecretRef secret : release.runtime().secrets()) {
      if (secrets.value(version(release, secret)).isEmpty()) {
        return new Verified.Missing(
            "secret \"" + secret.name() + "\" has no version " + secret.version());
      }
    }
    return missingImage(release)
        .<Verified>map(Verified.Missing::new)
        .orElseGet(Verified.Present::new);
  }

  private Optional<String> missingImage(Release release) throws RolloutException {
    for (ImageRef image : new TreeMap<>(release.images()).values()) {
      try {
        images.ensure(image);
      } catch (ImageException e) {
        if (e.kind() == ImageException.Kind.UNREACHABLE) {
          // A registry that is away for a moment is no missing image; who asked asks again.
          throw new RolloutException(String.valueOf(e.getMessage()), e);
        }
        return Optional.of(String.valueOf(e.getMessage()));
      } catch (InterruptedException e) {
        throw interrupted(release.id(), e);
      }
    }
    return Optional.empty();
  }

  @Override
  public List<Change> plan(Optional<Release> serving, Release next) throws RolloutException {
    List<Change> changes = new ArrayList<>(RolloutTarget.super.plan(serving, next));
    objection(next.runtime()).map(List::of).map(Change::refused).ifPresent(changes::add);
    return changes;
  }

  /** What the application asks for that a keeper does not have. */
  private static Optional<String> objection(AppRuntime runtime) {
    return volumes(runtime).or(() -> tls(runtime)).or(() -> manifests(runtime));
  }

  private static Optional<String> volumes(AppRuntime runtime) {
    return runtime.processes().values().stream()
        .flatMap(process -> process.volumes().stream())
        .findFirst()
        .map(volume ->
            "Volume \"%s\" is asked for and a keeper has none; keep what must last in a database or an object store that the target lets replicas reach, or deploy to a cluster"
                .formatted(volume.name()));
  }

  private static Optional<String> tls(AppRuntime runtime) {
    return runtime.routes().stream()
        .filter(PublicRoute::tls)
        .findFirst()
        .map(route ->
            "The route of %s asks for tls and a keeper serves plain HTTP; take it out, and let what terminates TLS in front of the keeper have the certificate"
                .formatted(route.host().orElse(route.process())));
  }

  private static Optional<String> manifests(AppRuntime runtime) {
    return runtime
        .manifests()
        .map(_ ->
            "The release brings manifests, which only a target of Kubernetes takes; deploy it to one");
  }

  @Override
  public Prepared prepare(Release release) throws RolloutException {
    Optional<String> objection = objection(release.runtime());
    if (objection.isPresent()) {
      return new Prepared.Failed(objection.get());
    }
    Optional<String> missing = missingImage(release);
    if (missing.isPresent()) {
      return new Prepared.Failed(missing.get());
    }
    try {
      Map<String, String> values = new TreeMap<>();
      for (SecretRef secret : release.runtime().secrets()) {
        Optional<SecretValue> value = secrets.value(version(release, secret));
        if (value.isEmpty()) {
          return new Prepared.Failed(
              "secret \"" + secret.name() + "\" has no version " + secret.version());
        }
        values.put(secret.name(), value.get().reveal());
      }
      client.prepare(ReleaseSpecs.of(release, new Secrets(values)));
      return new Prepared.Ready();
    } catch (KeeperException e) {
      if (e.kind() == Kind.REFUSED) {
        return new Prepared.Failed(e.reason());
      }
      throw failed(e);
    } catch (InterruptedException e) {
      throw interrupted(release.id(), e);
    }
  }

  @Override
  public void shift(EnvironmentId environment, ReleaseId to, Division division)
      throws RolloutException {
    try {
      divide(environment.toString(), to.toString(), division);
    } catch (KeeperException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      throw interrupted(to, e);
    }
  }

  private void divide(String environment, String to, Division division)
      throws KeeperException, RolloutException, InterruptedException {
    switch (division) {
      case Replace() -> client.shift(new Shift(environment, to, 100));
      case Part(Share share) -> client.shift(new Shift(environment, to, share.inPercent()));
      case Division.Beside(boolean live) -> {
        try {
          client.beside(new Beside(environment, to, live));
        } catch (KeeperException e) {
          if (e.kind() != Kind.NOT_FOUND) {
            throw e;
          }
          throw older(e);
        }
      }
    }
  }

  @Override
  public RolloutProgress progress(EnvironmentId environment, ReleaseId to) throws RolloutException {
    try {
      RolloutStatus status = client.rollout(environment.toString(), to.toString());
      return switch (status.state()) {
        case PROGRESSING ->
            new RolloutProgress.Progressing(
                status.ready(), status.wanted(), status.detail(), status.obstacle());
        case SETTLED -> new RolloutProgress.Settled(status.ready());
        case FAILING -> new RolloutProgress.Failing(status.detail(), status.lastLogLines());
      };
    } catch (KeeperException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      throw interrupted(to, e);
    }
  }

  @Override
  public void retire(EnvironmentId environment, ReleaseId old) throws RolloutException {
    try {
      client.retire(environment.toString(), old.toString());
    } catch (KeeperException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      throw interrupted(old, e);
    }
  }

  @Override
  public Optional<ReleaseId> takeAway(ReleaseId release) throws RolloutException {
    try {
      return client
          .takeAway(release.environment().toString(), release.toString())
          .serving()
          .map(ReleaseId::parse);
    } catch (KeeperException e) {
      throw e.kind() == Kind.NOT_FOUND ? older(e) : failed(e);
    } catch (InterruptedException e) {
      throw interrupted(release, e);
    }
  }

  @Override
  public void remove(EnvironmentId environment) throws RolloutException {
    try {
      client.remove(environment.toString());
    } catch (KeeperException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RolloutException(
          "Tried to remove " + environment + " but the server is going down", e);
    }
  }

  @Override
  public CommandResult once(Release release, ReleaseCommand command, String id)
      throws RolloutException, InterruptedException {
    // Any process has the application's files; the first by name, so that it is the same again.
    String process = new TreeSet<>(release.images().keySet()).first();
    StepStart start =
        new StepStart(
            "release-" + id.replaceAll("[^A-Za-z0-9_.-]", "-"),
            "",
            List.of(),
            List.of("/bin/sh", "-c", command.run()),
            Map.of(),
            Secrets.NONE,
            Optional.empty(),
            command.timeout(),
            StepLimits.DEFAULT.logBytes(),
            Resources.DEFAULT,
            Optional.of(new StepStart.InRelease(release.id().toString(), process)));
    boolean begun = false;
    try {
      StepStatus status = client.start(start);
      begun = true;
      StepStatus end = HostStepExecutor.finish(client, status);
      return new CommandResult(HostStepExecutor.result(end), client.stepLog(start.id(), LINES));
    } catch (KeeperException e) {
      return switch (e.kind()) {
        // However often it is asked.
        case NOT_FOUND, REFUSED ->
            new CommandResult(
                begun ? new StepResult.Lost(e.reason()) : new StepResult.Refused(e.reason()),
                List.of());
        case AWAY, BROKEN -> throw failed(e);
      };
    }
  }

  private static SecretVersion version(Release release, SecretRef secret) {
    return new SecretVersion(
        new SecretScope(release.environment().repository(), secret.environment()),
        secret.name(),
        secret.version());
  }

  private static RolloutException older(KeeperException e) {
    return new RolloutException(
        e.reason() + "; a keeper that is older than the server has to be restarted for this", e);
  }

  private static RolloutException failed(KeeperException e) {
    return switch (e.kind()) {
      case NOT_FOUND, REFUSED -> RolloutException.refused(e.reason(), e);
      case AWAY, BROKEN -> new RolloutException(e.reason(), e);
    };
  }

  private static RolloutException interrupted(ReleaseId release, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new RolloutException("Tried to move " + release + " but the server is going down", e);
  }
}
