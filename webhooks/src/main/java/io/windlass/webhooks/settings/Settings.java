package io.windlass.webhooks.settings;

import io.windlass.engine.git.CloneUrl;
import io.windlass.engine.journal.DatabaseSettings.Store;
import io.windlass.engine.kubernetes.cluster.ClusterSettings;
import io.windlass.engine.kubernetes.step.ExecutorSettings;
import io.windlass.engine.kubernetes.workload.Allowance;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.kubernetes.workload.Storage;
import io.windlass.engine.pipeline.Patterns;
import io.windlass.engine.secret.SecretValue;
import io.windlass.engine.source.RepositoryName;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the server's file says, defaults filled in and secrets read.
 *
 * @param store where the rows are kept
 * @param prometheus empty: the keeper's own signals are all there is
 * @param registries the only ones that the server calls
 * @param submodules hosts that submodules may come from, with the token that opens them; empty for
 *     what everybody may read
 * @param targets by name
 * @param steps the cluster where steps run; empty: under the keeper
 * @param repositories the only ones that the server believes
 * @param organizations whose hooks speak for each of their repositories
 */
public record Settings(
    Server server,
    Store store,
    Optional<URI> prometheus,
    GitHub github,
    List<Registry> registries,
    Map<String, Optional<SecretValue>> submodules,
    Map<String, Target> targets,
    Optional<ClusterSteps> steps,
    Map<RepositoryName, Repository> repositories,
    Map<String, Organization> organizations,
    Scaler scaler,
    Retention retention,
    List<Notification> notifications) {
  public Settings {
    registries = List.copyOf(registries);
    submodules = ordered(submodules);
    targets = ordered(targets);
    repositories = ordered(repositories);
    organizations = ordered(organizations);
    notifications = List.copyOf(notifications);
  }

  /** The keeper of this machine, where a target is one; the file has at most one. */
  public Optional<Target.Keeper> keeper() {
    return targets.values().stream()
        .flatMap(target ->
            switch (target) {
              case Target.Keeper keeper -> Stream.of(keeper);
              case Target.Kubernetes _ -> Stream.<Target.Keeper>empty();
            })
        .findFirst();
  }

  /**
   * The server itself.
   *
   * @param url how people and GitHub reach it, with a slash at the end
   * @param data its directory, absolute
   */
  public record Server(URI url, Listen listen, Path data) {}

  /**
   * An address to listen on.
   *
   * @param host a name or an address; IPv6 without brackets
   * @param port 0 for any that is free
   */
  public record Listen(String host, int port) {
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /**
   * What is the same for every repository on GitHub.
   *
   * @param api base address of the REST API, with a slash at the end
   * @param token for statuses and clones where a repository has none of its own
   * @param app a GitHub App, instead of a token
   */
  public record GitHub(URI api, Optional<SecretValue> token, Optional<App> app) {}

  /**
   * A GitHub App.
   *
   * @param privateKey PEM
   * @param webhook what the App's hook signs with; empty where the App sends none
   */
  public record App(long id, SecretValue privateKey, Optional<HookSecret> webhook) {}

  /** What a hook signs with, and what it signed with before, still believed. */
  public record HookSecret(SecretValue current, Optional<SecretValue> previous) {}

  /**
   * A registry that images are pushed to and pulled from.
   *
   * @param dockerConfig a Docker {@code config.json} with credentials or credential helpers; empty
   *     for one that asks for none
   */
  public record Registry(String host, Optional<Path> dockerConfig) {}

  /** A place that releases can go to. */
  public sealed interface Target {

    /**
     * The keeper of this machine.
     *
     * @param listen where the routes are served
     * @param cpuShare of the machine that replicas may have together, 0.8 for 80%
     * @param memoryShare likewise
     * @param start whether the server starts a keeper when none answers
     * @param data the keeper's directory, absolute
     * @param reach services of the machine itself, by address, that applications may call
     * @param trusted networks whose forwarding headers are believed, {@code 10.0.0.0/8}
     * @param metricsPort of its metrics on the loopback; 0 for any that is free
     * @param steps what steps may write
     */
    record Keeper(
        Listen listen,
        double cpuShare,
        double memoryShare,
        boolean start,
        Path data,
        List<Listen> reach,
        List<String> trusted,
        int metricsPort,
        StepDisk steps)
        implements Target {
      public Keeper {
        reach = List.copyOf(reach);
        trusted = List.copyOf(trusted);
      }
    }

    /**
     * Namespaces of a Kubernetes cluster.
     *
     * @param namespaces that environments may live in
     * @param exposure how routes are reached from outside of the cluster
     * @param pullSecrets names of secrets in each of the namespaces that images are pulled with
     * @param runAsUser whom processes run as
     * @param nodeSelector labels of the nodes that they may run on
     * @param storage what volumes are kept in; empty: there are none
     * @param autoscalers whether another autoscaler on a workload of ours is kept where it only
     *     scales out, instead of refused
     * @param allowance what repositories may bring of their own
     * @param kustomize the program; empty for the one on the server's PATH
     * @param helm the same
     */
    record Kubernetes(
        ClusterSettings cluster,
        Patterns namespaces,
        Exposure exposure,
        List<String> pullSecrets,
        long runAsUser,
        Map<String, String> nodeSelector,
        Optional<Storage> storage,
        boolean autoscalers,
        Allowance allowance,
        Optional<Path> kustomize,
        Optional<Path> helm)
        implements Target {
      public Kubernetes {
        pullSecrets = List.copyOf(pullSecrets);
        nodeSelector = Map.copyOf(nodeSelector);
      }
    }
  }

  /**
   * Steps as Jobs of a cluster.
   *
   * @param target by its name, one of {@link Target.Kubernetes}
   */
  public record ClusterSteps(String target, ExecutorSettings executor) {}

  /**
   * What steps may write.
   *
   * @param disk bytes that a step's workspace and temporary files may have together
   * @param keepFree bytes that are kept free on their disk; below it none starts
   */
  public record StepDisk(long disk, long keepFree) {}

  /**
   * A repository that the server believes.
   *
   * @param hook what its hook signs with; empty where an organisation's or an App's hook speaks for
   *     it
   * @param hookIds GitHub's ids of its hooks, for deliveries to the common address
   * @param cloneUrl where it is fetched from, without credentials
   * @param token for clones over https and statuses
   * @param ssh for clones over ssh
   * @param images beginnings of names that it may push to, and pull from where credentials are
   *     needed: {@code ghcr.io/acme/shop} is that and all below it; empty: its own name in any
   *     registry
   * @param environments what it may deploy to, by name
   */
  public record Repository(
      Optional<HookSecret> hook,
      Set<String> hookIds,
      CloneUrl cloneUrl,
      Optional<SecretValue> token,
      Optional<Ssh> ssh,
      List<String> images,
      Map<String, Grant> environments) {
    public Repository {
      images = List.copyOf(images);
      hookIds = Set.copyOf(hookIds);
      environments = ordered(environments);
    }
  }

  /**
   * A key for clones.
   *
   * @param key file of an OpenSSH private key without a passphrase
   * @param hostKeys the only keys of the host that are believed, as {@code known_hosts} has them
   */
  public record Ssh(Path key, List<String> hostKeys) {
    public Ssh {
      hostKeys = List.copyOf(hostKeys);
    }
  }

  /** An organisation whose hook speaks for all its repositories that are listed. */
  public record Organization(HookSecret hook, Set<String> hookIds) {
    public Organization {
      hookIds = Set.copyOf(hookIds);
    }
  }

  /** How the fleets are sized. */
  public record Scaler(Duration tick) {}

  /**
   * How long what is over is kept. What serves, waits or is under way is kept in any case.
   *
   * @param deliveries bodies of webhooks, and what was made of each
   * @param logs of runs that have ended
   * @param timelines the events of runs, refs and environments; how each stands is kept
   * @param decisions of the scaler, but for each fleet's last
   * @param runs and statuses, rollouts and releases that are over; never before their timelines
   */
  public record Retention(
      Duration deliveries, Duration logs, Duration timelines, Duration decisions, Duration runs) {}

  /** A chat-style webhook. */
  public record Notification(URI webhook, Set<Occasion> on) {
    public Notification {
      on = Set.copyOf(on);
    }
  }

  /** When to tell people. */
  public enum Occasion {
    FAILURE,
    RECOVERY,
    APPROVAL
  }

  private static <K, V> Map<K, V> ordered(Map<K, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
