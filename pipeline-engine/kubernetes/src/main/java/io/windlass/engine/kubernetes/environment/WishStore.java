package io.windlass.engine.kubernetes.environment;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.windlass.engine.kubernetes.apply.Owner;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.cluster.ClusterException.Kind;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.rollout.Division;
import io.windlass.scaler.fleet.Share;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * The wishes of a cluster's environments, each in a ConfigMap that an operator can read. Every
 * write is bound to the version that it was made from. Thread-safe.
 */
public final class WishStore {
  private static final int TRIES = 5;

  private final Cluster cluster;
  private final Watches watches;
  private final Map<Place, Own> written = new ConcurrentHashMap<>();
  private final Map<Place, ReentrantLock> turns = new ConcurrentHashMap<>();

  public WishStore(Cluster cluster, Watches watches) {
    this.cluster = cluster;
    this.watches = watches;
  }

  /**
   * A wish and where it was read.
   *
   * @param version of its object; a write from it is refused once there is a newer one
   */
  public record Kept(EnvironmentId environment, Wish wish, String version) {}

  /** What we wrote, or took away, until the watch has brought something newer. */
  private record Own(long version, Optional<ConfigMap> map) {}

  /** Whoever has it is the only one of this server who sizes or divides the fleets of a place. */
  public interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Waits for the turn. Totals are kept in two objects, the wish and the workload, and move from
   * one to the other: who reads the one and writes the other must not be overtaken in between.
   */
  public Turn turn(Place place) {
    ReentrantLock lock = turns.computeIfAbsent(place, any -> new ReentrantLock());
    lock.lock();
    return lock::unlock;
  }

  /** What is wanted at a place, as we or the cluster said last; never older than our own write. */
  public Optional<Kept> find(Place place) {
    Optional<ConfigMap> seen = seen(place);
    Own own = written.get(place);
    if (own == null) {
      return seen.map(WishStore::kept);
    }
    if (seen.isPresent() && version(seen.get()) >= own.version()) {
      written.remove(place, own);
      return seen.map(WishStore::kept);
    }
    return own.map().map(WishStore::kept);
  }

  private Optional<ConfigMap> seen(Place place) {
    return watches.of(ConfigMap.class, place).stream().filter(WishStore::isWish).findFirst();
  }

  /**
   * Writes what is wanted from now on, from what is in the cluster now.
   *
   * @param change gets the wish that is there, if any
   */
  public Wish change(
      String namespace, EnvironmentId environment, UnaryOperator<Optional<Wish>> change)
      throws ClusterException {
    for (int attempt = 1; ; attempt++) {
      Optional<Kept> now = read(namespace, environment);
      Optional<Wish> wanted = change.apply(now.map(Kept::wish));
      if (wanted.isEmpty() || wanted.equals(now.map(Kept::wish))) {
        return wanted.orElseThrow();
      }
      try {
        write(namespace, environment, now, wanted.get());
        return wanted.get();
      } catch (ClusterException e) {
        if (e.kind() != Kind.CONFLICT || attempt == TRIES) {
          throw e;
        }
      }
    }
  }

  /**
   * What is in the cluster now.
   *
   * @throws ClusterException of kind {@link Kind#REFUSED} where another environment's is there
   */
  public Optional<Kept> read(String namespace, EnvironmentId environment) throws ClusterException {
    Optional<ConfigMap> found = named(namespace, environment);
    return found.isEmpty()
        ? Optional.empty()
        : Optional.of(
            kept(Owner.require(environment, found.get(), "read what is wanted of " + environment)));
  }

  private Optional<ConfigMap> named(String namespace, EnvironmentId environment)
      throws ClusterException {
    String name = Names.state(environment);
    return Optional.ofNullable(
        cluster.read(
            "read ConfigMap " + name,
            client -> client.configMaps().inNamespace(namespace).withName(name).get()));
  }

  /**
   * Writes a wish over the one that it was made from.
   *
   * @throws ClusterException of kind {@link Kind#CONFLICT} where that is no more the one in the
   *     cluster
   */
  public void write(String namespace, EnvironmentId environment, Optional<Kept> from, Wish wish)
      throws ClusterException {
    ConfigMap map =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName(Names.state(environment))
            .withNamespace(namespace)
            .withLabels(Labels.common(environment))
            .addToAnnotations(Labels.ENVIRONMENT, environment.toString())
            .withResourceVersion(from.map(Kept::version).orElse(null))
            .endMetadata()
            .withData(data(wish))
            .build();
    ConfigMap stored =
        cluster.write(
            "write ConfigMap " + map.getMetadata().getName(),
            client -> {
              var resource = client.configMaps().inNamespace(namespace).resource(map);
              return from.isEmpty()
                  ? resource.create()
                  : resource.lockResourceVersion(from.get().version()).update();
            });
    Own own = new Own(version(stored), Optional.of(stored));
    written.put(Place.of(namespace, environment), own);
  }

  /** Wants nothing any more; does nothing where nothing is wanted. */
  public void remove(String namespace, EnvironmentId environment) throws ClusterException {
    if (named(namespace, environment).filter(map -> Owner.owns(environment, map)).isPresent()) {
      String name = Names.state(environment);
      cluster.write(
          "delete ConfigMap " + name,
          client -> client.configMaps().inNamespace(namespace).withName(name).delete());
    }
    Place place = Place.of(namespace, environment);
    long last = find(place).map(kept -> Long.parseLong(kept.version())).orElse(0L);
    written.put(place, new Own(last + 1, Optional.empty()));
  }

  /** What a repository brings has our labels too, and whatever data it likes, but not this name. */
  private static boolean isWish(ConfigMap map) {
    Map<String, String> annotations = map.getMetadata().getAnnotations();
    String environment = annotations == null ? null : annotations.get(Labels.ENVIRONMENT);
    return environment != null
        && map.getMetadata().getName().equals(Names.state(EnvironmentId.parse(environment)));
  }

  /** Versions of one object are numbers that grow. */
  private static long version(ConfigMap map) {
    return Long.parseLong(map.getMetadata().getResourceVersion());
  }

  private static Kept kept(ConfigMap map) {
    String environment = value(map.getMetadata().getAnnotations(), Labels.ENVIRONMENT);
    return new Kept(
        EnvironmentId.parse(environment),
        wish(map.getData()),
        map.getMetadata().getResourceVersion());
  }

  static Map<String, String> data(Wish wish) {
    Map<String, String> data = new TreeMap<>();
    data.put("to", Long.toString(wish.to()));
    data.put("slot", wish.slot().label());
    wish.before()
        .ifPresent(before -> {
          data.put("before", Long.toString(before.release()));
          data.put("before-slot", before.slot().label());
          data.put("before-proved", Boolean.toString(before.proved()));
        });
    data.put("division", division(wish.division()));
    wish.published().ifPresent(release -> data.put("published", Long.toString(release)));
    wish.totals()
        .forEach((process, total) -> data.put("total." + process, Integer.toString(total)));
    wish.replaced().ifPresent(release -> data.put("replaced", Long.toString(release)));
    wish.reached()
        .forEach((process, ready) -> data.put("reached." + process, Integer.toString(ready)));
    return data;
  }

  static Wish wish(Map<String, String> data) {
    return new Wish(
        Long.parseLong(value(data, "to")),
        slot(value(data, "slot")),
        Optional.ofNullable(data.get("before"))
            .map(release ->
                new Wish.Before(
                    Long.parseLong(release),
                    slot(value(data, "before-slot")),
                    Boolean.parseBoolean(value(data, "before-proved")))),
        division(value(data, "division")),
        Optional.ofNullable(data.get("published")).map(Long::parseLong),
        counts(data, "total."),
        Optional.ofNullable(data.get("replaced")).map(Long::parseLong),
        counts(data, "reached."));
  }

  private static Map<String, Integer> counts(Map<String, String> data, String prefix) {
    Map<String, Integer> counts = new HashMap<>();
    data.forEach((key, value) -> {
      if (key.startsWith(prefix)) {
        counts.put(key.substring(prefix.length()), Integer.parseInt(value));
      }
    });
    return counts;
  }

  private static String value(Map<String, String> data, String key) {
    String value = data.get(key);
    if (value == null) {
      throw new IllegalStateException(
          "Tried to read what is wanted of an environment but its ConfigMap has no \""
              + key
              + "\"; delete it and deploy again");
    }
    return value;
  }

  private static Slot slot(String label) {
    return Slot.valueOf(label.toUpperCase(Locale.ROOT));
  }

  private static String division(Division division) {
    return switch (division) {
      case Division.Replace replace -> "replace";
      case Division.Part(var share) -> "part " + share.fraction();
      case Division.Beside(var live) -> live ? "beside live" : "beside";
    };
  }

  private static Division division(String text) {
    if (text.startsWith("part ")) {
      return new Division.Part(new Share(Double.parseDouble(text.substring("part ".length()))));
    }
    return switch (text) {
      case "beside" -> new Division.Beside(false);
      case "beside live" -> new Division.Beside(true);
      default -> new Division.Replace();
    };
  }
}
