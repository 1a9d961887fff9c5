package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.kubernetes.apply.Owner;
import io.windlass.engine.kubernetes.cluster.Capabilities;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.environment.Place;
import io.windlass.engine.kubernetes.environment.Releases;
import io.windlass.engine.kubernetes.environment.Watches;
import io.windlass.engine.kubernetes.environment.Wish;
import io.windlass.engine.kubernetes.environment.WishStore;
import io.windlass.engine.kubernetes.environment.WishStore.Kept;
import io.windlass.engine.kubernetes.manifest.Manifests;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.kubernetes.workload.Renderer;
import io.windlass.engine.kubernetes.workload.Rendering;
import io.windlass.engine.kubernetes.workload.Storage;
import io.windlass.engine.kubernetes.workload.Workloads;
import io.windlass.engine.pipeline.ManifestSpec;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ManifestRef;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.rollout.Change;
import io.windlass.engine.rollout.CommandResult;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.Drawn;
import io.windlass.engine.rollout.Prepared;
import io.windlass.engine.rollout.RolloutException;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.engine.rollout.RolloutTarget;
import io.windlass.engine.rollout.Verified;
import io.windlass.engine.run.StepResult;
import io.windlass.engine.secret.Masker;
import io.windlass.engine.secret.SecretValue;
import io.windlass.engine.secret.SecretVersion;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Releases run as Deployments and StatefulSets of a cluster.
 *
 * <p>What is asked for is written into the cluster; a loop of ours brings it about, from there and
 * from what is watched, so that a server that was started again goes on where the last one was.
 */
public final class KubernetesTarget implements RolloutTarget, AutoCloseable {
  private final Cluster cluster;
  private final Function<EnvironmentId, Optional<Placement>> placements;
  private final Needs needs;
  private final Manifests manifests;
  private final Watches watches;
  private final WishStore wishes;
  private final Releases releases;
  private final Observer observer;
  private final Converger converger;
  private final Progress progress;
  private final Commands commands;
  private final Preparation preparation;
  private final Preview preview;
  private final Listeners listeners;
  private final CertificateTries tries;
  private final LiveClaims claims;
  private final Companions companions;
  private final InstantSource clock;
  private volatile Optional<Capabilities> capabilities = Optional.empty();

  /** Where images come from. */
  @FunctionalInterface
  public interface Images {
    /**
     * Returns when the image's registry says that it has it.
     *
     * @throws ImageException where it has not, or does not tell
     */
    void check(ImageRef image) throws ImageException, InterruptedException;
  }

  /** Where secrets' values come from; {@code SecretStore::value}. */
  @FunctionalInterface
  public interface Values {
    Optional<SecretValue> value(SecretVersion version);
  }

  /**
   * On this cluster, which stays the caller's.
   *
   * @param placements where an environment's objects go; empty where it has no place here
   * @param manifests what repositories bring of their own
   */
  public KubernetesTarget(
      Cluster cluster,
      Function<EnvironmentId, Optional<Placement>> placements,
      Images images,
      Values secrets,
      Manifests manifests,
      InstantSource clock) {
    this(cluster, placements, images, secrets, manifests, Patience.STANDARD, clock);
  }

  KubernetesTarget(
      Cluster cluster,
      Function<EnvironmentId, Optional<Placement>> placements,
      Images images,
      Values secrets,
      Manifests manifests,
      Patience patience,
      InstantSource clock) {
    this.cluster = cluster;
    this.clock = clock;
    this.placements = placements;
    this.needs = new Needs(images, secrets);
    this.manifests = manifests;
    this.watches = new Watches(cluster, this::wake);
    this.wishes = new WishStore(cluster, watches);
    this.releases = new Releases(cluster);
    Ingresses ingresses = new Ingresses(cluster, clock);
    this.listeners = new Listeners(cluster);
    this.tries = new CertificateTries(cluster, clock);
    this.observer = new Observer(cluster, watches, releases, ingresses, tries, clock);
    this.converger =
        new Converger(
            watches,
            wishes,
            observer,
            new Writes(cluster, observer, releases, wishes, ingresses, tries),
            this::isOurs);
    this.progress = new Progress(cluster, watches, patience, clock);
    this.commands = new Commands(cluster, patience, clock);
    this.preparation = new Preparation(cluster, releases);
    this.claims = new LiveClaims(cluster);
    this.preview = new Preview(cluster, wishes, releases, claims);
    this.companions = new Companions(cluster);
  }

  private void wake(Place place) {
    converger.wake(place);
  }

  private boolean isOurs(Place place, Kept kept) {
    return placements
        .apply(kept.environment())
        .filter(p -> Place.of(p.namespace(), kept.environment()).equals(place))
        .isPresent();
  }

  /** What is watched, for the fleets that are sized here. */
  public Watches watches() {
    return watches;
  }

  /** What is wanted, for the fleets that are sized here. */
  public WishStore wishes() {
    return wishes;
  }

  @Override
  public Verified verify(Release release) throws RolloutException {
    Optional<String> missing = needs.missingSecret(release);
    if (missing.isEmpty()) {
      missing = needs.missingImage(release);
    }
    if (missing.isEmpty()) {
      missing = missingRecord(release);
    }
    return missing.<Verified>map(Verified.Missing::new).orElseGet(Verified.Present::new);
  }

  /** What ran here must be able to run again: what it is made of is kept in the cluster. */
  private Optional<String> missingRecord(Release release) throws RolloutException {
    Optional<Placement> placement = placements.apply(release.environment());
    if (placement.isEmpty()) {
      return Optional.empty();
    }
    String namespace = placement.get().namespace();
    try {
      watches.ensure(namespace);
      Place place = Place.of(namespace, release.environment());
      if (wishes.find(place).filter(k -> k.wish().names(release.number())).isEmpty()) {
        return Optional.empty();
      }
      if (releases.records(namespace).find(release.id()).isEmpty()) {
        return Optional.of(
            "the record \"%s\" of what ran is gone from namespace \"%s\""
                .formatted(Names.record(release.id()), namespace));
      }
      return missingValues(release, namespace);
    } catch (ClusterException e) {
      if (e.kind() == ClusterException.Kind.REFUSED
          || e.kind() == ClusterException.Kind.FORBIDDEN) {
        return Optional.of(e.reason());
      }
      throw failed(e);
    }
  }

  private Optional<String> missingValues(Release release, String namespace)
      throws ClusterException {
    if (release.runtime().secrets().isEmpty()) {
      return Optional.empty();
    }
    String name = Names.secret(release.id());
    String tried = "read Secret " + name;
    Secret found =
        cluster.read(tried, client -> client.secrets().inNamespace(namespace).withName(name).get());
    if (found == null) {
      return Optional.of("Secret \"%s\" is gone from namespace \"%s\"".formatted(name, namespace));
    }
    Owner.require(release.id().environment(), found, tried);
    return Optional.empty();
  }

  @Override
  public Drawn draw(EnvironmentId environment, ManifestSpec brought, Path tree)
      throws RolloutException, InterruptedException {
    try {
      return manifests.draw(environment, brought, tree, placement(environment), cluster::offer);
    } catch (ClusterException e) {
      throw failed(e);
    }
  }

  @Override
  public List<Change> plan(Optional<Release> serving, Release next) throws RolloutException {
    Placement placement = placement(next.environment());
    try {
      switch (render(next, placement)) {
        case Rendering.Done(var rendered) -> {
          return preview.of(serving, rendered);
        }
        case Rendering.Refused(var reasons) -> {
          List<Change> changes = new ArrayList<>(RolloutTarget.super.plan(serving, next));
          changes.add(Change.refused(reasons));
          return changes;
        }
      }
    } catch (ClusterException e) {
      throw failed(e);
    }
  }

  @Override
  public List<Change> drift(Release serving) throws RolloutException {
    try {
      Optional<Rendered> kept =
          releases.find(placement(serving.environment()).namespace(), serving.id());
      return kept.isEmpty()
          ? List.of(
              Change.refused(
                  List.of(
                      "its record " + Names.record(serving.id()) + " is gone from the cluster")))
          : preview.drift(kept.get());
    } catch (ClusterException e) {
      throw failed(e);
    }
  }

  @Override
  public Prepared prepare(Release release) throws RolloutException {
    Optional<String> missing = needs.missingImage(release).or(() -> needs.missingSecret(release));
    if (missing.isPresent()) {
      return new Prepared.Failed(missing.get());
    }
    Placement placement = placement(release.environment());
    try {
      return switch (render(release, placement)) {
        case Rendering.Refused refused -> new Prepared.Failed(refused.reason());
        case Rendering.Done(var rendered) -> preparation.keep(rendered, needs.values(release));
      };
    } catch (ClusterException e) {
      return switch (e.kind()) {
        case REFUSED, FORBIDDEN, NOT_FOUND, CONFLICT -> new Prepared.Failed(e.reason());
        case UNREACHABLE, UNAUTHORISED, THROTTLED, SERVER -> throw failed(e);
      };
    }
  }

  private Rendering render(Release release, Placement placement) throws ClusterException {
    Rendering rendering = made(release, placement);
    Optional<String> objection = Optional.empty();
    if (rendering instanceof Rendering.Done(var rendered)) {
      objection = claims.objection(rendered, placement.storage());
      if (objection.isEmpty()) {
        objection = tries.objection(rendered);
      }
    }
    return objection.isEmpty() ? rendering : rendering.refused(objection.get());
  }

  private Rendering made(Release release, Placement placement) throws ClusterException {
    Optional<ManifestRef> brought = release.runtime().manifests();
    if (brought.isPresent()) {
      return manifests.render(release, brought.get(), placement);
    }
    Rendering rendering = Renderer.render(release, placement, capabilities());
    if (rendering instanceof Rendering.Refused) {
      // The operator may have installed meanwhile what it is refused for.
      capabilities = Optional.empty();
      rendering = Renderer.render(release, placement, capabilities());
    }
    Optional<String> objection = listeners.objection(release, placement.exposure());
    return objection.isEmpty() ? rendering : rendering.refused(objection.get());
  }

  private Capabilities capabilities() throws ClusterException {
    Optional<Capabilities> known = capabilities;
    if (known.isPresent()) {
      return known.get();
    }
    Capabilities discovered = cluster.discover();
    capabilities = Optional.of(discovered);
    return discovered;
  }

  @Override
  public void shift(EnvironmentId environment, ReleaseId to, Division division)
      throws RolloutException {
    String namespace = placement(environment).namespace();
    try {
      if (releases.find(namespace, to).isEmpty()) {
        throw RolloutException.refused(
            "Tried to shift to " + to + " but it was not prepared; prepare it first");
      }
      watches.ensure(namespace);
      Place place = Place.of(namespace, environment);
      try (var _ = wishes.turn(place)) {
        Optional<String> objection =
            wishes.find(place).flatMap(k -> k.wish().objection(to.number(), division));
        if (objection.isPresent()) {
          throw RolloutException.refused("Tried to shift to " + to + " but " + objection.get());
        }
        Map<String, Integer> sizes = sizes(namespace, environment);
        wishes.change(
            namespace,
            environment,
            now -> Optional.of(now.orElse(Wish.NOTHING).shifted(to.number(), division, sizes)));
      }
      converger.wake(place);
    } catch (ClusterException e) {
      throw failed(e);
    }
  }

  /** Read anew: from now on these are the totals, until somebody sets others. */
  private Map<String, Integer> sizes(String namespace, EnvironmentId environment)
      throws ClusterException {
    Place place = Place.of(namespace, environment);
    Optional<Kept> kept = wishes.find(place);
    if (kept.isEmpty() || kept.get().wish().divided()) {
      return Map.of();
    }
    String slot = kept.get().wish().slot().label();
    Set<String> running = processes(namespace, environment, kept.get().wish().to());
    Map<String, Integer> sizes = new HashMap<>();
    for (HasMetadata workload : workloads(place, slot)) {
      String process =
          running.stream()
              .filter(name -> Labels.isOf(workload, name))
              .findFirst()
              .orElseGet(() -> Observer.process(workload));
      sizes.put(process, Workloads.size(workload));
    }
    return sizes;
  }

  /** None where no release is wanted yet. */
  private Set<String> processes(String namespace, EnvironmentId environment, long release)
      throws ClusterException {
    return release == 0
        ? Set.of()
        : releases
            .find(namespace, new ReleaseId(environment, release))
            .<Set<String>>map(Rendered::processes)
            .orElse(Set.of());
  }

  private List<HasMetadata> workloads(Place place, String slot) throws ClusterException {
    List<HasMetadata> workloads = new ArrayList<>(list(Deployment.class, place, slot));
    workloads.addAll(list(StatefulSet.class, place, slot));
    return workloads;
  }

  private <T extends HasMetadata> List<T> list(Class<T> kind, Place place, String slot)
      throws ClusterException {
    return cluster
        .read(
            "list the " + HasMetadata.getKind(kind) + "s of " + place,
            client ->
                client
                    .resources(kind)
                    .inNamespace(place.namespace())
                    .withLabel(Labels.ENVIRONMENT, place.environment())
                    .withLabel(Labels.SLOT, slot)
                    .list())
        .getItems();
  }

  @Override
  public RolloutProgress progress(EnvironmentId environment, ReleaseId to) throws RolloutException {
    Placement placement = placement(environment);
    Place place = Place.of(placement.namespace(), environment);
    try {
      watches.ensure(placement.namespace());
      Optional<Kept> kept = wishes.find(place);
      Optional<Long> asked = kept.map(k -> k.wish().to()).filter(n -> n > 0);
      if (!asked.equals(Optional.of(to.number()))) {
        // Nothing will move here by itself, so that to wait for it would be to wait for ever.
        return new RolloutProgress.Failing(
            asked
                .map(n -> "a later move to release " + n + " has taken its place")
                .orElse("the cluster knows of no move to this release"),
            List.of());
      }
      Observed observed = observer.observe(place, kept.get());
      if (observed.processes().isEmpty()) {
        return new RolloutProgress.Failing(
            "what release " + to.number() + " is made of is gone from the cluster", List.of());
      }
      Optional<ClusterException> trouble = converger.trouble(place, kept.get());
      if (trouble.isEmpty() && !Steps.next(observed).isEmpty()) {
        // That a pod's time is over, no watch tells.
        converger.wake(place);
      }
      RolloutProgress of = progress.of(place, kept.get(), observed, trouble, masker(place, to));
      return of instanceof RolloutProgress.Settled(var ready)
              && kept.get().wish().division() instanceof Division.Replace
          ? beside(place, kept.get().wish(), to, ready)
          : of;
    } catch (ClusterException e) {
      throw failed(e);
    }
  }

  /** All that was brought is there once what stands beside the processes is, too. */
  private RolloutProgress beside(Place place, Wish wish, ReleaseId to, int ready)
      throws ClusterException {
    String namespace = place.namespace();
    Optional<Rendered> rendered = releases.find(namespace, to);
    Optional<Rendered> before = Optional.empty();
    if (wish.replaced().isPresent()) {
      before = releases.find(namespace, new ReleaseId(to.environment(), wish.replaced().get()));
    }
    Optional<String> missing = Optional.empty();
    if (rendered.isPresent()) {
      missing = companions.missing(rendered.get(), before);
    }
    if (missing.isPresent() && wish.replaced().isEmpty() && hasComeBack(namespace, to)) {
      // It has proved itself, and waiting would help nobody.
      missing = Optional.empty();
    }
    return missing
        .<RolloutProgress>map(
            what -> new RolloutProgress.Progressing(ready, ready, what, Optional.empty()))
        .orElseGet(() -> new RolloutProgress.Settled(ready));
  }

  /** Whether a later release was to take its place, and is kept yet. */
  private boolean hasComeBack(String namespace, ReleaseId to) throws ClusterException {
    return releases.records(namespace).list(to.environment()).stream()
        .anyMatch(other -> other.number() > to.number());
  }

  private Masker masker(Place place, ReleaseId release) throws ClusterException {
    Optional<Rendered> rendered = releases.find(place.namespace(), release);
    return rendered.map(r -> needs.masker(r.release())).orElseGet(Masker::none);
  }

  @Override
  public void retire(EnvironmentId environment, ReleaseId old) throws RolloutException {
    Placement placement = placement(environment);
    String namespace = placement.namespace();
    try {
      watches.ensure(namespace);
      Optional<Kept> kept = wishes.read(namespace, environment);
      Optional<Wish> wish = kept.map(Kept::wish);
      if (wish.flatMap(Wish::replaced).equals(Optional.of(old.number()))) {
        wishes.write(namespace, environment, kept, wish.get().retired(old.number()));
      }
      for (ReleaseId release : over(namespace, old, wish)) {
        commands.forget(namespace, release);
        releases.records(namespace).remove(release);
        releases.forget(release);
      }
    } catch (ClusterException e) {
      throw failed(e);
    }
  }

  /** The release and those that were left before it, but for what has, or may get, a share. */
  private List<ReleaseId> over(String namespace, ReleaseId old, Optional<Wish> wish)
      throws ClusterException {
    List<ReleaseId> over = new ArrayList<>(List.of(old));
    long serving = wish.map(Wish::to).orElse(0L);
    releases.records(namespace).list(old.environment()).stream()
        .filter(release -> release.number() < serving && !release.equals(old))
        .filter(release -> !wish.flatMap(Wish::replaced).equals(Optional.of(release.number())))
        .forEach(over::add);
    over.removeIf(release -> wish.filter(w -> w.names(release.number())).isPresent());
    return over;
  }

  @Override
  public Optional<ReleaseId> takeAway(ReleaseId release) throws RolloutException {
    EnvironmentId environment = release.environment();
    Optional<ReleaseId> other;
    try {
      other = besides(placement(environment).namespace(), release);
    } catch (ClusterException e) {
      throw failed(e);
    }
    if (other.isPresent()) {
      shift(environment, other.get(), new Division.Replace());
    } else {
      remove(environment, false);
    }
    return other;
  }

  /** What serves besides this release, or served before it, and can be brought back. */
  private Optional<ReleaseId> besides(String namespace, ReleaseId release) throws ClusterException {
    Optional<ReleaseId> other =
        wishes
            .read(namespace, release.environment())
            .flatMap(kept -> kept.wish().besides(release.number()))
            .map(number -> new ReleaseId(release.environment(), number));
    return other.isPresent() && releases.find(namespace, other.get()).isPresent()
        ? other
        : Optional.empty();
  }

  @Override
  public void remove(EnvironmentId environment) throws RolloutException {
    remove(environment, placement(environment).storage().map(Storage::deleted).orElse(false));
  }

  private void remove(EnvironmentId environment, boolean volumes) throws RolloutException {
    String namespace = placement(environment).namespace();
    try {
      watches.ensure(namespace);
      // First, so that nothing is brought back while it goes.
      wishes.remove(namespace, environment);
      Removal removal = new Removal(cluster, namespace, volumes, environment, clock);
      for (ReleaseId release : removal.run()) {
        releases.forget(release);
      }
    } catch (ClusterException e) {
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
    String namespace = placement(release.environment()).namespace();
    try {
      watches.ensure(namespace);
      Optional<Rendered> rendered = releases.find(namespace, release.id());
      return rendered.isEmpty()
          ? lost("what release " + release.number() + " is made of is gone from the cluster")
          : commands.run(rendered.get(), command, id, needs.masker(release));
    } catch (ClusterException e) {
      if (!Progress.isFinal(e)) {
        throw failed(e);
      }
      return switch (commands.fate(namespace, release.id(), command, id)) {
        case NEVER_BEGUN -> new CommandResult(new StepResult.Refused(e.reason()), List.of());
        case MAY_RUN -> {
          // A right that was taken away can be given back while the command runs.
          if (e.kind() == ClusterException.Kind.FORBIDDEN) {
            throw new RolloutException(e.reason(), e);
          }
          yield lost(e.reason());
        }
        case UNKNOWN -> lost(e.reason());
      };
    }
  }

  private static CommandResult lost(String reason) {
    return new CommandResult(new StepResult.Lost(reason), List.of());
  }

  private Placement placement(EnvironmentId environment) throws RolloutException {
    return placements
        .apply(environment)
        .orElseThrow(() ->
            RolloutException.refused(
                "Tried to find the namespace of "
                    + environment
                    + " but the server's file grants none; add it under repositories"));
  }

  private static RolloutException failed(ClusterException e) {
    return switch (e.kind()) {
      case REFUSED, FORBIDDEN, NOT_FOUND -> RolloutException.refused(e.reason(), e);
      // Credentials are changed while we run.
      case UNREACHABLE, UNAUTHORISED, CONFLICT, THROTTLED, SERVER ->
          new RolloutException(e.reason(), e);
    };
  }

  /** Stops to work and to watch; what is under way goes on with the next one. */
  @Override
  public void close() {
    converger.close();
    watches.close();
  }
}
