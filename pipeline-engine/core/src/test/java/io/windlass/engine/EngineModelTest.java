package io.windlass.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.journal.EffectId;
import io.windlass.engine.journal.Performer;
import io.windlass.engine.notification.AlertEffect;
import io.windlass.engine.notification.AlertEvent;
import io.windlass.engine.notification.AlertMachine;
import io.windlass.engine.notification.Links;
import io.windlass.engine.notification.StatusEffect;
import io.windlass.engine.notification.StatusEvent;
import io.windlass.engine.notification.StatusMachine;
import io.windlass.engine.pipeline.Pipeline;
import io.windlass.engine.pipeline.PipelineReader;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.repository.Ask;
import io.windlass.engine.repository.RefEvent;
import io.windlass.engine.repository.RefMachine;
import io.windlass.engine.repository.RepositoryEffect;
import io.windlass.engine.repository.RepositoryEvent;
import io.windlass.engine.repository.RepositoryMachine;
import io.windlass.engine.repository.Resolution;
import io.windlass.engine.rollout.EnvironmentEvent;
import io.windlass.engine.rollout.EnvironmentMachine;
import io.windlass.engine.rollout.EnvironmentPerformer;
import io.windlass.engine.rollout.EnvironmentState;
import io.windlass.engine.rollout.MemoryTarget;
import io.windlass.engine.rollout.Phase;
import io.windlass.engine.run.DeploymentStage;
import io.windlass.engine.run.MemoryExecutor;
import io.windlass.engine.run.RunEffect;
import io.windlass.engine.run.RunEvent;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunMachine;
import io.windlass.engine.run.RunState;
import io.windlass.engine.run.StepResult;
import io.windlass.engine.source.CommitInfo;
import io.windlass.engine.source.Intent;
import io.windlass.engine.source.Ref;
import io.windlass.engine.source.RepositoryName;
import io.windlass.scaler.control.Holds;
import io.windlass.scaler.signal.Sample;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.signal.SignalQuery;
import io.windlass.scaler.syntax.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Drives all machines together through random events, duplicates, crashes and failures, and looks
 * whether their promises hold. The seed stands in the test's name.
 */
class EngineModelTest {
  private static final EnvironmentId PRODUCTION = new EnvironmentId("acme/shop", "production");
  private static final RepositoryName SHOP = RepositoryName.of("acme/shop");

  /** With a strategy each; a commit's number says which it brings. */
  private static final List<Pipeline> PIPELINES =
      Stream.of(
              "strategy: rolling",
              "strategy: canary, stages: [{ weight: 10%, hold: 1m }, { weight: 50%, hold: 1m, approve: true }], checks: [{ signal: error-rate, max: 1%, no-data: pass }]",
              "strategy: blue-green, hold: 1m, approve: true, keep: 5m, checks: [{ signal: latency, every: 10s, failures: 2 }]")
          .map(EngineModelTest::pipeline)
          .toList();

  private static Pipeline pipeline(String rollout) {
    var read =
        PipelineReader.read(
            new Source(
                "windlass.yaml",
                """
                concurrency: { cancel-superseded: true }
                steps:
                  a: { run: a }
                  b: { needs: [a], run: b, retries: 1 }
                  c: { needs: [a], run: c, allow-failure: true }
                  d: { needs: [b, c], run: d }
                image: { preset: files, files: [{ from: app, to: app }], entrypoint: [app/main] }
                app: { port: 8080, release: { run: migrate } }
                environments:
                  production: { target: local, scale: { min: 1, max: 3, cpu: 60%% }, rollout: { %s } }
                """
                    .formatted(rollout)));
    return read.pipeline().orElseThrow(() -> new IllegalStateException(read.problems().toString()));
  }

  static List<Long> seeds() {
    Random seeds = new Random();
    List<Long> all = new ArrayList<>(List.of(1L, 2L, 3L));
    for (int i = 0; i < 40; i++) {
      all.add(seeds.nextLong());
    }
    return all;
  }

  static List<Long> manySeeds() {
    return new Random().longs(3_000).boxed().toList();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void promisesHoldWhateverHappens(long seed) throws Exception {
    new World(seed).live();
  }

  @Tag("long")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("manySeeds")
  void promisesHoldForLong(long seed) throws Exception {
    new World(seed).live();
  }

  private static final class World {
    private final Random random;
    private final Simulation simulation;
    private final MemoryTarget target = new MemoryTarget();
    private final Set<String> started = new HashSet<>();
    private final Map<String, Long> marks = new HashMap<>();
    private final Map<String, RunState> endedRuns = new HashMap<>();
    private long newestLive;
    private Optional<ReleaseId> rolling = Optional.empty();
    private String head = "";
    private int commits;
    private int people;

    World(long seed) {
      random = new Random(seed);
      simulation = new Simulation(random);
      var links = new Links(Optional.empty());
      simulation.register(new RepositoryMachine(), new Unasked());
      simulation.register(new RefMachine(), new Reading());
      simulation.register(new RunMachine(EnvironmentMachine.deployments(), links), new Running());
      simulation.register(
          new EnvironmentMachine(links),
          new EnvironmentPerformer(
              environment -> Optional.of(target),
              (environment, name) -> Optional.empty(),
              (environment, scaling, max) -> Optional.empty(),
              _ -> Optional.empty(),
              new Holds(),
              this::measure,
              simulation::look,
              Duration.ZERO));
      simulation.register(new StatusMachine(), new Marking());
      simulation.register(new AlertMachine(), new Alerting());
    }

    void live() throws Exception {
      for (int i = 0; i < 12; i++) {
        happen();
        for (int j = random.nextInt(40); j > 0 && simulation.step(); j--) {
          check();
        }
      }
      simulation.tell(
          EnvironmentMachine.subject(PRODUCTION), new EnvironmentEvent.Unfrozen("ops"), "last");
      int steps = 0;
      while (simulation.step()) {
        if (random.nextInt(20) == 0) {
          approve();
        }
        check();
        assertThat(++steps).as("it comes to rest").isLessThan(20_000);
      }
      checkAtRest();
    }

    private void happen() {
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3, 4 -> push();
        case 5 -> duplicate();
        case 6 -> cancel();
        case 7 -> person(new EnvironmentEvent.Frozen("ops", "sale"));
        case 8 -> person(new EnvironmentEvent.Unfrozen("ops"));
        case 9 -> approve();
        case 10 -> abort();
        default -> back();
      }
    }

    private void push() {
      String before = head;
      head = sha(++commits);
      switch (random.nextInt(5)) {
        case 0 -> target.breaks(head);
        case 1 -> target.sticks(head);
        default -> {}
      }
      arrive("push-" + commits, before, head);
    }

    private void duplicate() {
      if (commits > 0) {
        int old = 1 + random.nextInt(commits);
        arrive(
            random.nextBoolean() ? "push-" + old : "again-" + ++people,
            old > 1 ? sha(old - 1) : "",
            sha(old));
      }
    }

    private void arrive(String delivery, String before, String after) {
      var intent =
          new Intent.Pushed(
              SHOP,
              Ref.branch("main"),
              before.isEmpty() ? "0".repeat(40) : before,
              after,
              false,
              before.isEmpty(),
              false,
              Optional.of(after),
              List.of(new CommitInfo(after, "commit", "Ada", Optional.empty())),
              1,
              "ada",
              Ref.branch("main"));
      RefMachine.tell("acme/shop", delivery, intent)
          .ifPresent(tell -> simulation.tell(tell.to(), tell.event(), tell.dedupKey()));
    }

    private void cancel() {
      List<String> runs = List.copyOf(simulation.states(RunMachine.KIND, RunState.class).keySet());
      if (!runs.isEmpty()) {
        var run = RunId.parse(runs.get(random.nextInt(runs.size())));
        simulation.tell(RunMachine.subject(run), new RunEvent.Cancel("ops"), "cancel-" + ++people);
      }
    }

    private void back() {
      environment()
          .flatMap(EnvironmentState::current)
          .ifPresent(current -> person(new EnvironmentEvent.ReturnWanted(current, "ops", "slow")));
    }

    private void approve() {
      environment()
          .flatMap(EnvironmentState::rollout)
          .filter(rollout -> rollout.phase() == Phase.GATED)
          .ifPresent(rollout ->
              person(
                  new EnvironmentEvent.Approved(
                      rollout.id(), rollout.walked().orElseThrow().stage(), "ops")));
    }

    private void abort() {
      environment()
          .flatMap(EnvironmentState::rollout)
          .ifPresent(rollout -> person(new EnvironmentEvent.Aborted(rollout.id(), "ops", "no")));
    }

    /** Good, bad or nothing, as chance has it. */
    private List<io.windlass.scaler.signal.Reading> measure(
        List<SignalQuery> queries, Instant now) {
      return queries.stream().map(query -> measure(query, now)).toList();
    }

    private io.windlass.scaler.signal.Reading measure(SignalQuery query, Instant now) {
      if (random.nextInt(5) == 0) {
        return new io.windlass.scaler.signal.Reading.Missing(query, "nobody knows");
      }
      boolean requests =
          query.signal() instanceof Signal.Requests
              || query.signal() instanceof Signal.RequestCount;
      double value = requests ? 100 : random.nextInt(3) == 0 ? 10 : 0.1;
      return new io.windlass.scaler.signal.Reading.Total(
          query, new Sample(value, now), Map.of(), false, List.of());
    }

    private void person(EnvironmentEvent event) {
      simulation.tell(EnvironmentMachine.subject(PRODUCTION), event, "person-" + ++people);
    }

    private Optional<EnvironmentState> environment() {
      return simulation.state(EnvironmentMachine.subject(PRODUCTION), EnvironmentState.class);
    }

    private void check() {
      simulation
          .states(RunMachine.KIND, RunState.class)
          .forEach((key, run) -> {
            if (run.outcome().isPresent()) {
              RunState first = endedRuns.putIfAbsent(key, run);
              assertThat(first == null || first.equals(run)).as("%s ends once", key).isTrue();
            }
          });
      environment().ifPresent(this::checkOrder);
    }

    /** An older run never lands on a newer one, but for a person's return. */
    private void checkOrder(EnvironmentState environment) {
      Optional<ReleaseId> now =
          environment.rollout().flatMap(rollout -> rollout.release()).map(release -> release.id());
      if (!now.equals(rolling)) {
        rolling = now;
        environment
            .rollout()
            .flatMap(rollout -> rollout.request())
            .ifPresent(request -> {
              assertThat(request.run().number())
                  .as("in commit order")
                  .isGreaterThanOrEqualTo(newestLive);
              newestLive = request.run().number();
            });
      }
    }

    private void checkAtRest() {
      simulation
          .states(RunMachine.KIND, RunState.class)
          .forEach(
              (key, run) -> assertThat(run.outcome()).as("%s has ended: %s", key, run).isPresent());
      List<String> shas =
          simulation.states(RunMachine.KIND, RunState.class).values().stream()
              .map(run -> run.trigger().orElseThrow().sha())
              .toList();
      assertThat(shas).as("no commit is run twice").doesNotHaveDuplicates();
      environment().ifPresent(this::checkServing);
    }

    /** What serves is what the environment believes, and it was good. */
    private void checkServing(EnvironmentState environment) {
      assertThat(environment.rollout()).isEmpty();
      assertThat(environment.waiting()).isEmpty();
      if (environment.degraded().isEmpty()) {
        assertThat(target.requests(PRODUCTION).keySet())
            .as("who takes requests")
            .isEqualTo(
                environment.current().map(release -> Set.of(release.id())).orElseGet(Set::of));
      }
      environment
          .last()
          .filter(last -> last.outcome() == DeploymentStage.RETURNED)
          .ifPresent(last ->
              assertThat(environment.current().map(release -> release.number()))
                  .isEqualTo(last.from()));
    }

    private static String sha(int number) {
      return "%040x".formatted(number);
    }

    /** Nobody asks for a run by hand, and nobody looks for missed commits. */
    private static final class Unasked implements Performer<RepositoryEffect, RepositoryEvent> {
      @Override
      public Optional<RepositoryEvent> perform(EffectId id, RepositoryEffect effect) {
        throw new AssertionError(effect);
      }

      @Override
      public Optional<RepositoryEvent> onGivenUp(
          EffectId id, RepositoryEffect effect, Throwable error) {
        throw new AssertionError(effect);
      }
    }

    private static final class Reading implements Performer<RepositoryEffect.Read, RefEvent> {
      private static Pipeline pipeline(Ask ask) {
        int number = Integer.parseInt(ask.after().orElseThrow(), 16);
        return PIPELINES.get(number % PIPELINES.size());
      }

      @Override
      public Optional<RefEvent> perform(EffectId id, RepositoryEffect.Read read) {
        Ask ask = read.ask();
        boolean late =
            ask.doubt()
                .filter(
                    doubt -> doubt.decided().getFirst().compareTo(ask.after().orElseThrow()) >= 0)
                .isPresent();
        return resolved(
            ask,
            late
                ? new Resolution.Late("late", ask.doubt().orElseThrow().decided().getFirst())
                : new Resolution.Matched(ask.after().orElseThrow(), pipeline(ask), "", ""));
      }

      @Override
      public Optional<RefEvent> onGivenUp(
          EffectId id, RepositoryEffect.Read read, Throwable error) {
        return resolved(read.ask(), new Resolution.Unreadable("gone"));
      }

      private static Optional<RefEvent> resolved(Ask ask, Resolution resolution) {
        return Optional.of(new RefEvent.Resolved(ask, resolution, Optional.empty()));
      }
    }

    private final class Running implements Performer<RunEffect, RunEvent> {
      private final Map<String, RunEvent> ends = new HashMap<>();

      @Override
      public Optional<RunEvent> perform(EffectId id, RunEffect effect) {
        return switch (effect) {
          case RunEffect.CheckOut checkOut ->
              Optional.of(
                  random.nextInt(20) == 0
                      ? new RunEvent.Vanished("gone")
                      : new RunEvent.CheckedOut(List.of()));
          case RunEffect.RunStep step ->
              Optional.of(ends.computeIfAbsent(id.toString(), any -> begin(step)));
          case RunEffect.CancelStep cancel -> Optional.empty();
          case RunEffect.Preview(var run, var sha) ->
              Optional.of(new RunEvent.Previewed(Map.of("acme/shop/production", "nothing")));
          case RunEffect.BuildImage(var run, var sha, var image) ->
              Optional.of(
                  random.nextInt(15) == 0
                      ? new RunEvent.ImageFailed("no such file", false)
                      : new RunEvent.ImageBuilt(
                          new ImageRef("shop@sha256:" + sha, "sha256:" + sha), 1));
          case RunEffect.AskGrant(var run, var trigger, var deployment) ->
              Optional.of(
                  random.nextInt(10) == 0
                      ? new RunEvent.DeploymentRefused(deployment.environment(), "not allowed")
                      : new RunEvent.DeploymentGranted(
                          deployment.environment(), Optional.empty(), List.of(), Optional.empty()));
          case RunEffect.Render render ->
              throw new AssertionError("no environment here brings manifests");
          case RunEffect.CleanUp cleanUp -> Optional.empty();
        };
      }

      private RunEvent begin(RunEffect.RunStep step) {
        String attempt = step.run() + "/" + step.step().name() + "/" + step.attempt();
        assertThat(started.add(attempt)).as("%s is started once", attempt).isTrue();
        return new RunEvent.StepEnded(step.step().name(), step.attempt(), result());
      }

      private StepResult result() {
        return switch (random.nextInt(12)) {
          case 0 -> MemoryExecutor.exited(1);
          case 1 -> new StepResult.Lost("the keeper was killed");
          case 2 -> new StepResult.TimedOut(MemoryExecutor.THEN, MemoryExecutor.THEN);
          case 3 -> new StepResult.Cancelled();
          default -> MemoryExecutor.exited(0);
        };
      }

      @Override
      public Optional<RunEvent> onGivenUp(EffectId id, RunEffect effect, Throwable error) {
        return switch (effect) {
          case RunEffect.CheckOut checkOut ->
              Optional.of(new RunEvent.CheckoutFailed("gone", true));
          case RunEffect.RunStep step ->
              Optional.of(
                  new RunEvent.StepEnded(
                      step.step().name(), step.attempt(), new StepResult.Lost("gone")));
          case RunEffect.BuildImage build -> Optional.of(new RunEvent.ImageFailed("gone", true));
          case RunEffect.AskGrant(var run, var trigger, var deployment) ->
              Optional.of(new RunEvent.DeploymentRefused(deployment.environment(), "gone"));
          case RunEffect.Render render -> Optional.empty();
          case RunEffect.Preview preview -> Optional.empty();
          case RunEffect.CancelStep cancel -> Optional.empty();
          case RunEffect.CleanUp cleanUp -> Optional.empty();
        };
      }
    }

    private final class Marking implements Performer<StatusEffect, StatusEvent> {
      @Override
      public Optional<StatusEvent> perform(EffectId id, StatusEffect effect) {
        return switch (effect) {
          case StatusEffect.Send(var repository, var order, var status) -> {
            if (random.nextInt(10) == 0) {
              yield Optional.of(
                  new StatusEvent.Limited(simulation.now().plusSeconds(60), "slow down"));
            }
            long last = marks.getOrDefault(status.sha() + status.context(), 0L);
            assertThat(order).as("no older mark after a newer one").isGreaterThanOrEqualTo(last);
            marks.put(status.sha() + status.context(), order);
            yield Optional.of(new StatusEvent.Sent(order));
          }
        };
      }

      @Override
      public Optional<StatusEvent> onGivenUp(EffectId id, StatusEffect effect, Throwable error) {
        return Optional.of(new StatusEvent.Unreachable("gone"));
      }
    }

    private static final class Alerting implements Performer<AlertEffect, AlertEvent> {
      @Override
      public Optional<AlertEvent> perform(EffectId id, AlertEffect effect) {
        return Optional.empty();
      }

      @Override
      public Optional<AlertEvent> onGivenUp(EffectId id, AlertEffect effect, Throwable error) {
        return switch (effect) {
          case AlertEffect.Post(var message, var hooks, var attempt) ->
              Optional.of(new AlertEvent.Undelivered(message, List.of("0"), attempt, "gone"));
        };
      }
    }
  }
}
