package io.windlass.webhooks.dashboard;

import io.javalin.Javalin;
import io.javalin.json.JavalinJackson;
import io.windlass.engine.pipeline.Pipeline;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.rollout.Measured;
import io.windlass.engine.run.RunEvent;
import io.windlass.engine.run.RunId;
import io.windlass.engine.source.Intent;
import io.windlass.engine.source.RepositoryName;
import io.windlass.scaler.control.Holds;
import io.windlass.scaler.control.Limits;
import io.windlass.scaler.control.ScalerLoop;
import io.windlass.scaler.fleet.FleetException;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.MemoryFleet;
import io.windlass.scaler.fleet.Replica;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.signal.MemorySignals;
import io.windlass.scaler.signal.Signal;
import io.windlass.webhooks.access.AccessRoutes;
import io.windlass.webhooks.access.AdminToken;
import io.windlass.webhooks.access.Gate;
import io.windlass.webhooks.access.Sessions;
import io.windlass.webhooks.api.ApiJson;
import io.windlass.webhooks.api.EnvironmentApi;
import io.windlass.webhooks.api.EventApi;
import io.windlass.webhooks.api.LogApi;
import io.windlass.webhooks.api.Problem;
import io.windlass.webhooks.delivery.Fate;
import io.windlass.webhooks.feed.Change;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The pages behind their gate on a loopback port, over an engine in which much has happened. */
final class SeededServer implements AutoCloseable {
  static final EnvironmentId PRODUCTION = new EnvironmentId(SeededEngine.SHOP, "production");
  static final EnvironmentId STAGING = new EnvironmentId(SeededEngine.SHOP, "staging");
  static final FleetId WEB = new FleetId(PRODUCTION.toString(), "web");

  /** What a name, a title and a log line may hold to do harm. */
  static final String HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&";

  private static final Instant START = Instant.parse("2026-03-02T09:00:00Z");
  private static final Duration TICK = Duration.ofSeconds(10);
  private static final String PIPELINE =
      """
      on: { push: { branches: [main] } }
      steps:
        compile: { run: ./mvnw compile }
        test: { needs: [compile], run: ./mvnw test }
        lint: { needs: [compile], run: ./mvnw spotless:check, allow-failure: true }
        docs: { run: ./docs }
        package: { needs: [test, lint], run: ./mvnw package }
      image: { preset: java }
      app: { port: 8080, secrets: [DATABASE_URL] }
      environments:
        production:
          target: local
          routes: [{ path: /shop }]
          scale: { min: 2, max: 6, policies: [{ cpu: 60% }, { network-in: 1MiB/s }] }
        staging: { target: local, scale: { min: 1, max: 2, cpu: 60% } }
      """;

  final SeededEngine engine;
  final RunId good = new RunId(SeededEngine.SHOP, 2);
  final RunId returned = new RunId(SeededEngine.SHOP, 3);
  final RunId invalid = new RunId(SeededEngine.SHOP, 4);
  final RunId failed = new RunId(SeededEngine.SHOP, 5);
  final RunId running = new RunId(SeededEngine.SHOP, 6);
  final String token;

  private final Pipeline pipeline = SeededEngine.pipeline(PIPELINE);
  private final MemorySignals signals = new MemorySignals();
  private final ScalerLoop scaler;
  private final Javalin javalin;

  private SeededServer(Path data, boolean seeded) throws IOException {
    engine = new SeededEngine(data, START);
    scaler =
        new ScalerLoop(
            signals,
            engine.decisions(),
            new Holds(),
            row -> engine.feed.publish(Change.Fleet.of(row)),
            Limits.STANDARD);
    if (seeded) {
      seed();
    }
    AdminToken admin = AdminToken.in(data);
    token = Files.readString(data.resolve("admin-token")).strip();
    URI url = URI.create("http://127.0.0.1");
    Sessions sessions = new Sessions(admin, engine.clock());
    var access = new AccessRoutes(new Gate(admin, sessions, url, "127.0.0.1"), sessions, url);
    var parts =
        new DashboardParts(
            engine.runs(),
            engine.environments(),
            engine.releases(),
            engine.repositories(),
            engine.plans(),
            engine.deliveries(),
            scaler,
            engine.decisions(),
            _ -> policy(),
            () -> seeded ? List.of(RepositoryName.of(SeededEngine.SHOP)) : List.of(),
            id -> id.equals(PRODUCTION),
            engine.clock());
    javalin =
        Javalin.create(
                config -> {
                  config.startup.showJavalinBanner = false;
                  config.concurrency.useVirtualThreads = true;
                  config.jsonMapper(new JavalinJackson(ApiJson.mapper(), true));
                  access.add(config.routes);
                  new DashboardRoutes(parts).add(config.routes);
                  StaticRoutes.add(config.routes);
                  new LogApi(engine.runs()).add(config.routes);
                  new EventApi(engine.feed).add(config.routes);
                  new EnvironmentApi(
                          engine.environments(),
                          engine.releases(),
                          engine.repositories(),
                          id -> id.equals(PRODUCTION))
                      .add(config.routes);
                  config.routes.exception(
                      Problem.class,
                      (problem, context) ->
                          context
                              .status(problem.status())
                              .html(
                                  ErrorPage.render(
                                      problem.status(),
                                      "Refused",
                                      String.valueOf(problem.getMessage()))));
                })
            .start("127.0.0.1", 0);
  }

  /** With a history of six runs. */
  static SeededServer open(Path data) throws IOException {
    return new SeededServer(data, true);
  }

  /** Just installed. */
  static SeededServer empty(Path data) throws IOException {
    return new SeededServer(data, false);
  }

  private Optional<Scaling> policy() {
    return Optional.ofNullable(pipeline.environments().get("production"))
        .map(environment -> environment.scale().get("web"));
  }

  private void seed() throws IOException {
    String none = "0".repeat(40);
    RunId first = engine.push(none, sha("a"), "Sell the first thing", "ada", pipeline);
    checks(first, "a");
    engine.rollOut(first, PRODUCTION);
    engine.settle(PRODUCTION);
    engine.pass(Duration.ofHours(3));
    engine.pushFiltered("docs", sha("9"), "the file's \"on\" names the branches main, not docs");
    engine.deliver(
        "star",
        Optional.of(SeededEngine.SHOP),
        new Fate.Ignored("event \"star\" asks nothing"),
        new Intent.Ignored("star"));

    RunId second = engine.push(sha("a"), sha("b"), "Sell two things at once", "grace", pipeline);
    checks(second, "b");
    engine.rollOut(second, PRODUCTION);
    engine.settle(PRODUCTION);
    engine.pass(Duration.ofHours(20));

    RunId third = engine.push(sha("b"), sha("c"), "Read the price list on start", "ada", pipeline);
    checks(third, "c");
    engine.rollOut(third, PRODUCTION);
    engine.fail(
        PRODUCTION,
        "replica web-3 of release 3 ended with exit code 1 three times within 20 s",
        List.of(
            "Exception in thread \"main\" java.nio.file.NoSuchFileException: prices.csv",
            "\u001b[31m\tat shop.Prices.read(Prices.java:41)\u001b[0m",
            "\tat shop.Main.main(Main.java:12)"));
    engine.pass(Duration.ofMinutes(50));

    engine.pushInvalid(
        sha("c"),
        sha("d"),
        "Try a step",
        List.of(
            "windlass.yaml:3:5: \"neds\" is not known here; did you mean \"needs\"?",
            "windlass.yaml:9:12: \"10\" is not a duration; expected one such as 10m"));
    engine.pass(Duration.ofMinutes(20));

    RunId fifth = engine.push(sha("d"), sha("e"), HOSTILE, "mallory" + HOSTILE, pipeline);
    engine.tell(fifth, new RunEvent.CheckedOut(List.of()));
    engine.step(fifth, "docs", 0, Duration.ofSeconds(2), "fine\n");
    engine.step(
        fifth,
        "compile",
        1,
        Duration.ofSeconds(12),
        "\u001b[1;31mERROR\u001b[0m "
            + HOSTILE
            + "\nprogress 1%\rprogress 100%\n\u001b]0;title\u0007done\n");
    engine.pass(Duration.ofMinutes(30));
    scale();

    RunId sixth = engine.push(sha("e"), sha("f"), "Name prices in euro", "grace", pipeline);
    engine.tell(sixth, new RunEvent.CheckedOut(List.of()));
    engine.step(sixth, "docs", 0, Duration.ofSeconds(3), "docs are fine\n");
    engine.step(sixth, "compile", 0, Duration.ofSeconds(9), "compiled\n");
    engine.write(sixth, "test", "Running shop.PriceTest\n");
    engine.pass(Duration.ofSeconds(4));
  }

  /** One more run of which compile and docs have passed, and test and lint are under way. */
  RunId begin(String digit) throws IOException {
    RunId run = engine.push(sha("f"), sha(digit), "One more change", "ada", pipeline);
    engine.tell(run, new RunEvent.CheckedOut(List.of()));
    engine.step(run, "docs", 0, Duration.ofSeconds(3), "docs are fine\n");
    engine.step(run, "compile", 0, Duration.ofSeconds(9), "compiled\n");
    return run;
  }

  /** One more run, whose canary is at the gate of its second stage. */
  RunId canary() throws IOException {
    Pipeline staged =
        SeededEngine.pipeline(
            PIPELINE.replace(
                "routes: [{ path: /shop }]",
                """
                rollout:
                        strategy: canary
                        stages: [{ weight: 10%, hold: 5m }, { weight: 50%, hold: 5m, approve: true }]
                        checks:
                          - { signal: error-rate }
                          - { signal: latency, max: 250ms, no-data: pass }
                          - { query: 'sum(rate(orders_total{kind="<gift>"}[$window]))', min: 1 }
                """));
    RunId run = engine.push(sha("f"), sha("7"), "Wrap gifts", "ada", staged);
    checks(run, "7");
    engine.rollOut(run, PRODUCTION);
    engine.settle(PRODUCTION);
    for (int stage = 0; stage < 2; stage++) {
      engine.pass(Duration.ofMinutes(5));
      engine.look(PRODUCTION, 0, measured(0.004));
      engine.look(
          PRODUCTION,
          1,
          new Measured(
              Optional.empty(), Optional.empty(), Optional.empty(), Optional.of("nobody asked")));
      engine.look(PRODUCTION, 2, measured(3.2));
      engine.holdOver(PRODUCTION, stage);
      if (stage == 0) {
        engine.reach(PRODUCTION, 1);
      }
    }
    engine.pass(Duration.ofMinutes(2));
    return run;
  }

  private static Measured measured(double value) {
    return new Measured(
        Optional.of(value), Optional.of(1200.0), Optional.of(0.0035), Optional.empty());
  }

  private void checks(RunId run, String digit) throws IOException {
    engine.tell(run, new RunEvent.CheckedOut(List.of()));
    engine.step(run, "docs", 0, Duration.ofSeconds(2), "docs are fine\n");
    engine.step(run, "compile", 0, Duration.ofSeconds(11), lines("compiling class", 700));
    engine.step(run, "lint", 1, Duration.ofSeconds(4), "one line is too long\n");
    engine.step(run, "test", 0, Duration.ofSeconds(31), "Tests run: 214, Failures: 0\n");
    engine.step(run, "package", 0, Duration.ofSeconds(5), "packed\n");
    engine.image(run, sha(digit));
    engine.pass(Duration.ofMillis(100));
    engine.rollOut(run, STAGING);
    if (run.number() < 3) {
      engine.settle(STAGING);
    }
  }

  /** A quarter of an hour in which load comes and goes. */
  private void scale() {
    MemoryFleet fleet = new MemoryFleet(WEB, 2, engine.clock());
    scaler.bind(fleet, policy().orElseThrow());
    for (int i = 0; i < 90; i++) {
      double load = 2.4 + 2.2 * Math.sin(i / 10.0);
      Map<String, Double> cpu = spread(fleet, load * 0.5);
      signals.set(WEB, new Signal.NetworkIn(), spread(fleet, load * 620_000), engine.now());
      if (i > 50 && i < 55) {
        signals.lose(WEB, new Signal.Cpu(), "the source did not answer within 2 s");
      } else {
        signals.set(WEB, new Signal.Cpu(), cpu, engine.now());
      }
      scaler.tick(engine.now());
      if (i % 3 == 0) {
        fleet.settle();
      }
      engine.pass(TICK);
    }
  }

  private static Map<String, Double> spread(MemoryFleet fleet, double total) {
    try {
      List<Replica> ready = fleet.state().in(Replica.State.READY);
      return ready.stream()
          .collect(Collectors.toMap(Replica::id, _ -> total / Math.max(1, ready.size())));
    } catch (FleetException e) {
      throw new AssertionError(e);
    }
  }

  static String sha(String digit) {
    return (digit + "1b2c3d4e5f60718293a4b5c6d7e8f9012345678").repeat(2).substring(0, 40);
  }

  static String lines(String what, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> what + " " + i + "\n")
        .collect(Collectors.joining());
  }

  URI address(String path) {
    return URI.create("http://127.0.0.1:" + javalin.port() + path);
  }

  @Override
  public void close() {
    engine.feed.close();
    javalin.stop();
    scaler.close();
    engine.close();
  }
}
