package io.windlass.engine.kubernetes.environment;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.AnyNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.workload.Labels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every object of ours in a cluster, kept up to date by watches: one for each kind, over all
 * namespaces where we may, else for each namespace that is asked for. Thread-safe.
 *
 * <p>What is read here is what the cluster said last. {@link #trouble} tells when that may be old;
 * a write that rests on it is bound to the version that was read.
 */
public final class Watches implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watches.class);
  private static final Duration FIRST_LOOK = Duration.ofSeconds(10);
  private static final String BY_PLACE = "place";
  private static final String EVERYWHERE = "";

  private static final List<Class<? extends HasMetadata>> KINDS =
      List.of(
          Deployment.class,
          StatefulSet.class,
          ReplicaSet.class,
          Pod.class,
          Service.class,
          EndpointSlice.class,
          ConfigMap.class);

  private final Cluster cluster;
  private final Consumer<Place> changed;
  private final Map<String, Scope> scopes = new ConcurrentHashMap<>();
  private @Nullable Boolean everywhere;
  private boolean closed;

  /** The watches of one namespace, or of all. */
  private static final class Scope {
    final Map<Class<?>, SharedIndexInformer<?>> informers = new LinkedHashMap<>();
    final Map<Class<?>, ClusterException> failures = new ConcurrentHashMap<>();
    CompletableFuture<?> listed = CompletableFuture.completedFuture(null);
  }

  /**
   * Watches nothing yet.
   *
   * @param changed told of every place of which something has changed; must return at once
   */
  public Watches(Cluster cluster, Consumer<Place> changed) {
    this.cluster = cluster;
    this.changed = changed;
  }

  /**
   * Begins to watch a namespace, and returns when what is there is known; at once where it is
   * watched already.
   */
  public void ensure(String namespace) throws ClusterException {
    Scope scope = scope(namespace);
    try {
      scope.listed.get(FIRST_LOOK.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw notListed(namespace, scope, "the server is going down");
    } catch (TimeoutException | ExecutionException e) {
      throw notListed(namespace, scope, "it does not answer");
    }
  }

  /** A right that is not granted is none the less for being asked for again. */
  private static ClusterException notListed(String namespace, Scope scope, String cause) {
    List<ClusterException> failures =
        scope.failures.values().stream()
            .sorted(Comparator.comparing(ClusterException::reason))
            .toList();
    return failures.stream()
        .filter(failure -> failure.kind() == ClusterException.Kind.FORBIDDEN)
        .findFirst()
        .orElseGet(() ->
            new ClusterException(
                ClusterException.Kind.UNREACHABLE,
                "Tried to list what is in namespace \"%s\" but %s; it goes on trying"
                    .formatted(
                        namespace,
                        failures.stream().map(Watches::cause).findFirst().orElse(cause))));
  }

  /** The library's own words where the cluster did not answer. */
  private static String cause(ClusterException failure) {
    return failure.kind() == ClusterException.Kind.FORBIDDEN || failure.getCause() == null
        ? failure.reason()
        : String.valueOf(failure.getCause().getMessage());
  }

  private synchronized Scope scope(String namespace) throws ClusterException {
    if (everywhere == null) {
      everywhere = mayWatchEverywhere();
    }
    String name = everywhere ? EVERYWHERE : namespace;
    Scope scope = scopes.get(name);
    if (scope == null) {
      if (closed) {
        throw new ClusterException(
            ClusterException.Kind.UNREACHABLE,
            "Tried to watch \"" + namespace + "\" but the server is going down");
      }
      scope = open(name);
      scopes.put(name, scope);
    }
    return scope;
  }

  /** Only who may do it with every kind: what may not be watched would never be listed. */
  private boolean mayWatchEverywhere() throws ClusterException {
    for (Class<? extends HasMetadata> kind : KINDS) {
      if (!mayEverywhere("list", kind) || !mayEverywhere("watch", kind)) {
        return false;
      }
    }
    return true;
  }

  private boolean mayEverywhere(String verb, Class<? extends HasMetadata> kind)
      throws ClusterException {
    SelfSubjectAccessReview question =
        new SelfSubjectAccessReviewBuilder()
            .withNewSpec()
            .withNewResourceAttributes()
            .withVerb(verb)
            .withGroup(HasMetadata.getGroup(kind))
            .withResource(HasMetadata.getPlural(kind))
            .endResourceAttributes()
            .endSpec()
            .build();
    SelfSubjectAccessReview answer =
        cluster.read("ask for our rights", client -> client.resource(question).create());
    return Boolean.TRUE.equals(answer.getStatus().getAllowed());
  }

  private Scope open(String namespace) {
    KubernetesClient client = cluster.client();
    Scope scope = new Scope();
    add(scope, Deployment.class, ours(client.apps().deployments(), namespace));
    add(scope, StatefulSet.class, ours(client.apps().statefulSets(), namespace));
    add(scope, ReplicaSet.class, ours(client.apps().replicaSets(), namespace));
    add(scope, Pod.class, ours(client.pods(), namespace));
    add(scope, Service.class, ours(client.services(), namespace));
    add(scope, EndpointSlice.class, ours(client.discovery().v1().endpointSlices(), namespace));
    // Records of releases are large, and read when they are needed.
    add(scope, ConfigMap.class, ours(client.configMaps(), namespace).withoutLabel(Labels.RELEASE));
    // What was seen of a place before all of it was known was no ground to act on.
    scope.listed =
        CompletableFuture.allOf(
                scope.informers.values().stream()
                    .map(informer -> informer.start().toCompletableFuture())
                    .toArray(CompletableFuture[]::new))
            .thenRun(() -> places(scope).forEach(changed));
    return scope;
  }

  private static Set<Place> places(Scope scope) {
    Set<Place> places = new HashSet<>();
    for (SharedIndexInformer<?> informer : scope.informers.values()) {
      informer
          .getStore()
          .list()
          .forEach(object -> Place.of((HasMetadata) object).ifPresent(places::add));
    }
    return places;
  }

  private static <T extends HasMetadata, L extends KubernetesResourceList<T>, R extends Resource<T>>
      FilterWatchListDeletable<T, L, R> ours(MixedOperation<T, L, R> kind, String namespace) {
    AnyNamespaceOperation<T, L, R> place =
        namespace.equals(EVERYWHERE) ? kind.inAnyNamespace() : kind.inNamespace(namespace);
    return place.withLabel(Labels.MANAGED_BY, Labels.WINDLASS);
  }

  private <T extends HasMetadata> void add(
      Scope scope, Class<T> kind, FilterWatchListDeletable<T, ?, ?> objects) {
    SharedIndexInformer<T> informer = objects.runnableInformer(0);
    informer.addIndexers(
        Map.of(BY_PLACE, object -> Place.of(object).map(Place::toString).stream().toList()));
    informer.addEventHandler(new Tells<>());
    informer.exceptionHandler((started, failure) -> {
      scope.failures.put(kind, cluster.failure("watch " + HasMetadata.getPlural(kind), failure));
      LOG.atWarn()
          .addKeyValue("kind", kind.getSimpleName())
          .addKeyValue("cause", failure.getMessage())
          .log("a watch on the cluster ended; it is opened again");
      return true;
    });
    scope.informers.put(kind, informer);
  }

  private final class Tells<T extends HasMetadata> implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T object) {
      Place.of(object).ifPresent(changed);
    }

    @Override
    public void onUpdate(T before, T object) {
      Place.of(object).ifPresent(changed);
    }

    @Override
    public void onDelete(T object, boolean unknown) {
      Place.of(object).ifPresent(changed);
    }
  }

  /** The objects of a kind at a place, as the cluster said last; none before it was watched. */
  public <T extends HasMetadata> List<T> of(Class<T> kind, Place place) {
    List<T> found = new ArrayList<>();
    for (Scope scope : scopes.values()) {
      SharedIndexInformer<?> informer = scope.informers.get(kind);
      if (informer != null) {
        informer.getIndexer().byIndex(BY_PLACE, place.toString()).stream()
            .map(kind::cast)
            .forEach(found::add);
      }
    }
    return found;
  }

  /** The workloads at a place, of whichever kind. */
  public List<HasMetadata> workloads(Place place) {
    List<HasMetadata> found = new ArrayList<>(of(Deployment.class, place));
    found.addAll(of(StatefulSet.class, place));
    return found;
  }

  /** Why what is read of a namespace may be old; empty where every watch is open. */
  public Optional<String> trouble(String namespace) {
    Scope scope = scopes.getOrDefault(EVERYWHERE, scopes.get(namespace));
    if (scope == null) {
      return Optional.of("\"" + namespace + "\" is not watched yet");
    }
    for (var entry : scope.informers.entrySet()) {
      if (!entry.getValue().hasSynced() || !entry.getValue().isWatching()) {
        String kind = entry.getKey().getSimpleName() + " objects";
        ClusterException failure = scope.failures.get(entry.getKey());
        return Optional.of(
            failure == null
                ? "the cluster has not listed its " + kind + " yet"
                : "the watch on " + kind + " is interrupted: " + cause(failure));
      }
    }
    return Optional.empty();
  }

  @Override
  public synchronized void close() {
    closed = true;
    scopes.values().forEach(scope -> scope.informers.values().forEach(SharedIndexInformer::close));
    scopes.clear();
  }
}
