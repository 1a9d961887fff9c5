package io.windlass.engine.kubernetes.cluster;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One cluster and who we are there. Thread-safe; one for each target, for as long as the server
 * runs.
 *
 * <p>Tokens are read again when they are refused, from the file or the program that the kubeconfig
 * names. Calls through {@link #read} and {@link #write} fail as {@link ClusterException}s.
 */
public final class Cluster implements AutoCloseable {
  private static final int TRIES = 3;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** The API groups whose kinds make a difference to us. */
  private static final List<String> GROUPS =
      List.of(
          "policy/v1",
          "gateway.networking.k8s.io/v1",
          "cert-manager.io/v1",
          "autoscaling/v2",
          "keda.sh/v1alpha1");

  private final KubernetesClient client;
  private final String name;

  private Cluster(KubernetesClient client, String name) {
    this.client = client;
    this.name = name;
  }

  /**
   * Reads the settings and makes the client. Calls nothing: a cluster that is away now is reached
   * once it is back.
   *
   * @throws ClusterException where the kubeconfig cannot be read or has no such context
   */
  public static Cluster open(ClusterSettings settings) throws ClusterException {
    return open(settings, List.of());
  }

  /** The same, with each request shown to these first. */
  public static Cluster open(ClusterSettings settings, List<Interceptor> interceptors)
      throws ClusterException {
    Config config = config(settings);
    config.setUserAgent("windlass");
    config.setConnectionTimeout((int) settings.connect().toMillis());
    config.setRequestTimeout((int) settings.answer().toMillis());
    // The library would try every request again, also one that may have had effect.
    config.setRequestRetryBackoffLimit(0);
    KubernetesClient client =
        new KubernetesClientBuilder()
            .withConfig(config)
            .withHttpClientFactory(new ProbedHttp(settings.answer()))
            .withHttpClientBuilderConsumer(http -> {
              // A connection of HTTP/2 that is dead without having been closed would take every
              // request after the one that waited in vain.
              http.preferHttp11();
              for (int i = 0; i < interceptors.size(); i++) {
                http.addOrReplaceInterceptor("windlass-" + i, interceptors.get(i));
              }
            })
            .build();
    return new Cluster(client, config.getMasterUrl());
  }

  private static Config config(ClusterSettings settings) throws ClusterException {
    String context = settings.context().orElse(null);
    if (settings.kubeconfig().isEmpty()) {
      return checked(settings, Config.autoConfigure(context));
    }
    var path = settings.kubeconfig().get();
    if (!Files.isReadable(path)) {
      throw new ClusterException(
          ClusterException.Kind.REFUSED,
          "Tried to read the kubeconfig \"%s\" but it is not there or not readable; name one that the server's user can read"
              .formatted(path));
    }
    try {
      return checked(settings, Config.fromKubeconfig(context, path.toFile()));
    } catch (KubernetesClientException e) {
      throw new ClusterException(
          ClusterException.Kind.REFUSED,
          "Tried to read the kubeconfig \"%s\" but %s; check it with \"kubectl config view\""
              .formatted(path, e.getMessage()),
          Optional.empty(),
          List.of(),
          e);
    }
  }

  /** The library takes the current context in silence where it does not find the one asked for. */
  private static Config checked(ClusterSettings settings, Config config) throws ClusterException {
    Optional<String> asked = settings.context();
    List<String> known =
        config.getContexts() == null
            ? List.of()
            : config.getContexts().stream().map(c -> c.getName()).sorted().toList();
    if (asked.isPresent() && !known.contains(asked.get())) {
      throw new ClusterException(
          ClusterException.Kind.REFUSED,
          "Tried to use the context \"%s\" but the kubeconfig does not have it; use one of %s"
              .formatted(asked.get(), known));
    }
    return config;
  }

  /** For watches and informers, and for calls inside of {@link #read} and {@link #write}. */
  public KubernetesClient client() {
    return client;
  }

  /** The API server's address. */
  public String name() {
    return name;
  }

  /**
   * Asks for something and changes nothing. Tried again a few times, within seconds, where the
   * cluster does not answer or fails.
   *
   * @param tried what follows "Tried to", such as {@code read Deployment shop-web}
   */
  public <T> T read(String tried, Function<KubernetesClient, T> call) throws ClusterException {
    return ask(tried, call, true);
  }

  /**
   * Changes something. Tried again only where the cluster has said that it did nothing.
   *
   * @param tried what follows "Tried to", such as {@code delete Secret shop-r41}
   */
  public <T> T write(String tried, Function<KubernetesClient, T> call) throws ClusterException {
    return ask(tried, call, false);
  }

  /** What a call that waits for a watch fails with is the same as elsewhere. */
  private <T> T answer(Function<KubernetesClient, T> call) {
    try {
      return call.apply(client);
    } catch (CompletionException e) {
      if (e.getCause() instanceof KubernetesClientException said) {
        throw said;
      }
      throw e;
    }
  }

  private <T> T ask(String tried, Function<KubernetesClient, T> call, boolean harmless)
      throws ClusterException {
    for (int attempt = 1; ; attempt++) {
      try {
        return answer(call);
      } catch (KubernetesClientException e) {
        ClusterException failure = Refusals.of(tried, name, e);
        boolean again =
            harmless ? failure.passes() : failure.kind() == ClusterException.Kind.THROTTLED;
        Duration pause =
            failure.retryAfter().orElse(FIRST_PAUSE.multipliedBy(1L << (2 * (attempt - 1))));
        if (!again || attempt == TRIES || pause.compareTo(LONGEST_PAUSE) > 0 || !paused(pause)) {
          throw failure;
        }
      }
    }
  }

  /**
   * What a failure means that a watch has met.
   *
   * @param tried what follows "Tried to"
   */
  public ClusterException failure(String tried, Throwable met) {
    for (@Nullable Throwable at = met; at != null; at = at.getCause()) {
      if (at instanceof KubernetesClientException e) {
        return Refusals.of(tried, name, e);
      }
    }
    return new ClusterException(
        ClusterException.Kind.UNREACHABLE,
        "Tried to " + tried + " but " + met.getMessage(),
        Optional.empty(),
        List.of(),
        met);
  }

  private static boolean paused(Duration pause) {
    try {
      Thread.sleep(pause);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Asks the cluster what it has; a few requests. */
  public Capabilities discover() throws ClusterException {
    var version = read("ask for the version", KubernetesClient::getKubernetesVersion);
    Set<String> kinds = new HashSet<>();
    for (String group : GROUPS) {
      APIResourceList list = read("ask for " + group, c -> c.getApiResources(group));
      if (list != null) {
        list.getResources().forEach(kind -> kinds.add(group + "/" + kind.getKind()));
      }
    }
    // Some providers write the minor version as "27+".
    return new Capabilities(Integer.parseInt(version.getMinor().replaceAll("[^0-9]", "")), kinds);
  }

  /** Asks the cluster for all that it has; some dozens of requests. */
  public Offer offer() throws ClusterException {
    var version = read("ask for the version", KubernetesClient::getKubernetesVersion);
    var groups = read("ask for the groups of the API", KubernetesClient::getApiGroups);
    SortedSet<String> apis = new TreeSet<>();
    apis.add("v1");
    groups.getGroups().stream()
        .flatMap(group -> group.getVersions().stream())
        .forEach(one -> apis.add(one.getGroupVersion()));
    for (String group : List.copyOf(apis)) {
      kinds(group).forEach(kind -> apis.add(group + "/" + kind));
    }
    return new Offer(version.getGitVersion(), List.copyOf(apis));
  }

  private List<String> kinds(String group) throws ClusterException {
    try {
      APIResourceList list = read("ask for " + group, c -> c.getApiResources(group));
      return list == null
          ? List.of()
          : list.getResources().stream()
              .filter(kind -> !kind.getName().contains("/"))
              .map(APIResource::getKind)
              .toList();
    } catch (ClusterException e) {
      // A server of its own, behind the API server, may be away; kubectl does without it, too.
      if (e.kind() == ClusterException.Kind.SERVER || e.kind() == ClusterException.Kind.NOT_FOUND) {
        return List.of();
      }
      throw e;
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
