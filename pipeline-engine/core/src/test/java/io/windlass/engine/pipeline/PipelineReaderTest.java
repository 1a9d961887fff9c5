package io.windlass.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;
import io.windlass.engine.pipeline.App.HealthSpec;
import io.windlass.engine.pipeline.App.ProcessSpec;
import io.windlass.engine.pipeline.EnvironmentSpec.RouteSpec;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.syntax.Source;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PipelineReaderTest {

  static final String LONG =
      """
      on:
        push: { branches: [main, "release/**"], tags: ["v*"], paths-ignore: ["docs/**"] }
        pull_request:
        schedule: [{ cron: "0 3 * * *", timezone: Europe/Paris }]
      concurrency: { group: "${{ branch }}", cancel-superseded: true }
      env: { CI: "1", BUILD: "${{ short-sha }}", DEBUG: false }
      steps:
        install:
          run: npm ci
        test:
          needs: [install]
          secrets: [NPM_TOKEN]
          env: { LEVEL: 3 }
          image: "node:${{ short-sha }}"
          resources: { cpu: 2, memory: 3GiB }
          run: npm test
          timeout: 10m
          retries: 1
        lint: { needs: [install], run: npm run lint, allow-failure: true }
      image:
        preset: files
        name: ghcr.io/acme/shop
        files: [{ from: dist, to: /app/ }]
        entrypoint: [node, /app/server.js]
      app:
        env: { NODE_ENV: production }
        secrets: [DATABASE_URL]
        port: 3000
        health: { ready: /ready, live: /live, interval: 5s, startup: 60s, drain: 30s }
        resources: { cpu: 500m, memory: 512Mi }
        processes:
          web:
          worker: { run: node worker.js, health: none, resources: { cpu: 1 } }
        release: { run: npm run migrate, timeout: 10m }
      environments:
        staging:
          when: { branch: main }
          target: local
          app: { env: { NODE_ENV: staging }, health: { startup: 2m } }
        production:
          when: { tag: "v*" }
          target: local
          rollout: { strategy: rolling, deadline: 30m }
          routes: [{ host: shop.example.com, path: /api }]
          scale: { web: { min: 2, max: 20, cpu: 60% } }
      """;

  private static PipelineReader.ReadResult read(String text) {
    return PipelineReader.read(new Source("windlass.yaml", text));
  }

  private static Pipeline good(String text) {
    var result = read(text);
    assertThat(result.problems()).isEmpty();
    return result.pipeline().orElseThrow();
  }

  private static List<String> problems(String text) {
    var result = read(text);
    assertThat(result.pipeline()).isEmpty();
    return result.problems().stream().map(Object::toString).toList();
  }

  @Test
  void theFirstFileOfTheDocumentationIsComplete() {
    Pipeline p =
        good(
            """
            image: { preset: java }
            app: { port: 8080 }
            environments:
              production: { target: local, scale: { min: 2, max: 6, cpu: 60% } }
            """);

    assertThat(p.steps().keySet()).containsExactly("build");
    EnvironmentSpec production = p.environments().get("production");
    assertThat(production).isNotNull();
    assertThat(production.app().processes().get("web"))
        .isEqualTo(
            new ProcessSpec(
                "web",
                Optional.empty(),
                Optional.of(8080),
                Optional.of(
                    new HealthSpec(
                        Optional.empty(),
                        Optional.empty(),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(60))),
                Duration.ofSeconds(30),
                Optional.empty(),
                Optional.empty(),
                List.of()));
    assertThat(production.routes())
        .containsExactly(new RouteSpec(Optional.empty(), "/", "web", false));
    assertThat(production.scale().get("web")).extracting(Scaling::max).isEqualTo(6);
  }

  @Test
  void theLongFormIsReadWhole() {
    Pipeline p = good(LONG);

    assertThat(p.steps().keySet()).containsExactly("install", "test", "lint");
    assertThat(p.steps().get("test"))
        .isEqualTo(
            new Step(
                "test",
                List.of("install"),
                "npm test",
                java.util.Map.of("LEVEL", "3"),
                List.of("NPM_TOKEN"),
                Duration.ofMinutes(10),
                1,
                false,
                Optional.of("node:${{ short-sha }}"),
                new Resources(Optional.of(2000), Optional.of(3L << 30)),
                List.of()));
    assertThat(p.env()).containsEntry("DEBUG", "false").containsEntry("BUILD", "${{ short-sha }}");
    assertThat(p.concurrency().cancelSuperseded()).isTrue();
  }

  @Test
  void servicesOfAStepAreReadInTheirOrder() {
    Pipeline p =
        good(
            """
            steps:
              test:
                run: x
                services:
                  db:
                    image: postgres:16
                    env: { POSTGRES_DB: shop }
                    secrets: [POSTGRES_PASSWORD]
                    port: 5432
                    ready: { run: pg_isready -U postgres, within: 2m }
                    user: 999
                    resources: { memory: 512Mi }
                  cache: { image: "redis:7", port: 6379, run: "redis-server --save ''" }
            """);

    assertThat(p.steps().get("test").services())
        .containsExactly(
            new ServiceSpec(
                "db",
                "postgres:16",
                Optional.empty(),
                java.util.Map.of("POSTGRES_DB", "shop"),
                List.of("POSTGRES_PASSWORD"),
                5432,
                new ServiceSpec.Ready(
                    new ServiceSpec.Look.Run("pg_isready -U postgres"), Duration.ofMinutes(2)),
                Optional.of(999),
                new Resources(Optional.empty(), Optional.of(512L << 20))),
            new ServiceSpec(
                "cache",
                "redis:7",
                Optional.of("redis-server --save ''"),
                java.util.Map.of(),
                List.of(),
                6379,
                new ServiceSpec.Ready(new ServiceSpec.Look.Port(), Defaults.SERVICE_WITHIN),
                Optional.empty(),
                Resources.UNSAID));
  }

  @Test
  void anEnvironmentsOwnAppLiesOverTheCommonOneKeyByKey() {
    Pipeline p = good(LONG);
    App staging = p.environments().get("staging").app();

    assertThat(staging.env()).containsEntry("NODE_ENV", "staging");
    ProcessSpec web = staging.processes().get("web");
    assertThat(web.health().orElseThrow().startup()).isEqualTo(Duration.ofMinutes(2));
    assertThat(web.health().orElseThrow().ready()).contains("/ready");
    assertThat(p.environments().get("production").app().env())
        .containsEntry("NODE_ENV", "production");
  }

  @Test
  void aProcessTakesOverWhatTheApplicationSaysAndItDoesNot() {
    ProcessSpec worker =
        good(LONG).environments().get("production").app().processes().get("worker");

    assertThat(worker.health()).isEmpty();
    assertThat(worker.cpuMillis()).contains(1000);
    assertThat(worker.memoryBytes()).contains(512L << 20);
  }

  @Test
  void aProcessWithoutAScaleBlockHasOneReplica() {
    var scale = good(LONG).environments().get("production").scale();

    assertThat(scale.get("worker")).isEqualTo(Scaling.fixed(1));
    assertThat(scale.get("web").max()).isEqualTo(20);
  }

  @Test
  void aPipelineSurvivesJson() throws Exception {
    var json =
        JsonMapper.builder()
            .addModule(new ParameterNamesModule())
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .build();
    Pipeline p = good(LONG);

    Pipeline back = json.readValue(json.writeValueAsString(p), Pipeline.class);

    assertThat(back).isEqualTo(p);
    assertThat(back.steps().keySet()).containsExactlyElementsOf(p.steps().keySet());
  }

  @Test
  void everyMistakeIsToldAtOnce() {
    assertThat(
            problems(
                """
                on: { push: { branch: [main] } }
                steps:
                  build: { run: make, tiemout: 5m }
                  test: { needs: [biuld], run: "echo ${{ branch }}" }
                  a: { needs: [b], run: x, cache: {} }
                image: { preset: jav }
                environments:
                  prod: { target: local, promotes: staging }
                """))
        .containsExactly(
            "windlass.yaml:1:15: on.push: unknown key \"branch\", expected one of branches,"
                + " branches-ignore, tags, tags-ignore, paths, paths-ignore; did you mean"
                + " \"branches\"?",
            "windlass.yaml:3:23: steps.build: unknown key \"tiemout\", expected one of run, needs,"
                + " env, secrets, timeout, retries, allow-failure, image, resources, services; did you mean \"timeout\"?",
            "windlass.yaml:4:11: steps.test.needs: step \"biuld\" does not exist, expected one of"
                + " build, test, a; did you mean \"build\"?",
            "windlass.yaml:4:32: steps.test.run: expression \"branch\" in shell text, expected the"
                + " variable \"$WINDLASS_BRANCH\", which a branch's name cannot break",
            "windlass.yaml:5:8: steps.a.needs: step \"b\" does not exist, expected one of build,"
                + " test, a",
            "windlass.yaml:5:28: steps.a: \"cache\" is not supported yet by this version",
            "windlass.yaml:6:18: image.preset: found \"jav\", expected one of java, files; did you"
                + " mean \"java\"?",
            "windlass.yaml:8:26: environments.prod: \"promotes\" is not supported yet by this"
                + " version");
  }

  @Test
  void aCycleIsToldWithItsWay() {
    assertThat(
            problems(
                """
                steps:
                  a: { run: x }
                  b: { run: x, needs: [a, d] }
                  c: { run: x, needs: [b] }
                  d: { run: x, needs: [c] }
                """))
        .containsExactly(
            "windlass.yaml:3:16: steps.b.needs: steps need each other: b -> d -> c -> b");
  }

  @Test
  void bytesThatAreNotTextAreAProblem() {
    assertThat(PipelineReader.read("windlass.yaml", new byte[] {(byte) 0xc3, 0x28}).problems())
        .singleElement()
        .asString()
        .isEqualTo(
            "windlass.yaml:1:1: bytes that are not UTF-8, expected a text file encoded as UTF-8");
  }

  /** Files within the reader's size that would cost a careless reader much time or depth. */
  @ParameterizedTest
  @MethodSource("costly")
  @Timeout(30)
  void aFileMadeToCostMuchIsRefusedSoon(String text) {
    assertThat(problems(text)).isNotEmpty();
  }

  static Stream<String> costly() {
    var chain = new StringBuilder("steps:\n  s0: { run: x }\n");
    for (int i = 1; i < 3500; i++) {
      chain.append("  s%d: { run: x, needs: [s%d] }\n".formatted(i, i - 1));
    }
    var wide = new StringBuilder("image: { preset: java }\napp:\n  env:\n");
    for (int i = 0; i < 3000; i++) {
      wide.append("    A%d: x\n".formatted(i));
    }
    wide.append("environments:\n");
    for (int i = 0; i < 3000; i++) {
      wide.append("  e%d: { target: t }\n".formatted(i));
    }
    return Stream.of(
        chain.toString(),
        wide.toString(),
        "env: { A: \"" + "${{".repeat(80_000) + "\" }",
        "steps: { a: { run: \"" + "${{ ".repeat(60_000) + "\" } }",
        "on: { push: { branches: [" + "\"**a\",".repeat(9_000) + "] } }",
        "x".repeat(250_000) + ": y");
  }

  /** Valid files with pieces cut out, doubled or swapped never make the reader throw. */
  @Test
  @Timeout(60)
  void noMutationOfAFileMakesTheReaderThrow() {
    long seed = Long.getLong("windlass.seed", new Random().nextLong());
    var random = new Random(seed);
    String[] swaps = {
      "", "~", "[]", "{}", "-1", "\"\\0\"", "${{", "*", "!", "true", "9".repeat(40), "&a ", "*a"
    };
    for (int i = 0; i < 3000; i++) {
      var text = new StringBuilder(LONG);
      for (int n = random.nextInt(4); n >= 0; n--) {
        int from = random.nextInt(text.length());
        int to = Math.min(text.length(), from + random.nextInt(12));
        text.replace(from, to, swaps[random.nextInt(swaps.length)]);
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      var result = PipelineReader.read("windlass.yaml", bytes);
      assertThat(result.pipeline().isPresent())
          .as("seed %s, text %s", seed, text)
          .isEqualTo(result.problems().isEmpty());
    }
  }
}
