package io.windlass.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.syntax.Source;
import io.windlass.scaler.syntax.Units;
import java.io.IOException;
import java.nio.file.Files;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of defaults in the reference says what a file that says nothing gets. */
class DocumentedDefaultsTest {

  private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| `([^`]+)` \\|");

  private static String page() throws IOException {
    return Files.readString(Corpus.ROOT.resolve("docs/reference/windlass-yaml.md"));
  }

  private static Pipeline read(String text) {
    var result = PipelineReader.read(new Source("windlass.yaml", text));
    assertThat(result.problems()).isEmpty();
    return result.pipeline().orElseThrow();
  }

  /** What the reader makes of the shortest files. */
  private static Map<String, String> actual() {
    Pipeline p =
        read(
            """
            on: { schedule: [{ cron: "0 3 * * *" }] }
            steps: { a: { run: x, services: { s: { image: i, port: 1 } } } }
            image: { preset: java }
            app: { port: 80, release: { run: x } }
            environments:
              e: { target: t, app: { volumes: [{ name: v, path: /v }] } }
              f: { target: t, scale: { min: 1, max: 2, cpu: 60% } }
              g: { target: t, rollout: { strategy: blue-green, hold: 1m, checks: [{ signal: latency }] } }
              k: { target: t, rollout: { strategy: blue-green, hold: 1m } }
              h: { target: t, rollout: { strategy: canary, stages: [{ weight: 10% }] } }
            """);
    Step step = p.steps().get("a");
    EnvironmentSpec e = p.environments().get("e");
    App.ProcessSpec web = e.app().processes().values().iterator().next();
    Scaling fixed = e.scale().get(web.name());
    Scaling scaled = p.environments().get("f").scale().get(web.name());
    Map<String, String> out = new LinkedHashMap<>();
    boolean utc = p.on().schedule().getFirst().timezone().equals(ZoneOffset.UTC);
    out.put("on.schedule[].timezone", utc ? "UTC" : "another");
    out.put("concurrency.cancel-superseded", "" + p.concurrency().cancelSuperseded());
    out.put("steps.*.timeout", Units.text(step.timeout()));
    out.put("steps.*.retries", "" + step.retries());
    out.put("steps.*.allow-failure", "" + step.allowFailure());
    out.put(
        "steps.*.services.*.ready.within", Units.text(step.services().getFirst().ready().within()));
    out.put("image.from", p.image().orElseThrow().from());
    out.put("app.processes", web.name());
    out.put("app.health.interval", Units.text(web.health().orElseThrow().interval()));
    out.put("app.health.startup", Units.text(web.health().orElseThrow().startup()));
    out.put("app.health.drain", Units.text(web.drain()));
    App.VolumeSpec volume = web.volumes().getFirst();
    out.put("app.volumes[].size", (volume.bytes() >> 30) + "GiB");
    out.put("app.volumes[].shared", "" + volume.shared());
    out.put("app.release.timeout", Units.text(e.app().release().orElseThrow().timeout()));
    out.put("environments.*.rollout.deadline", Units.text(e.rollout().deadline()));
    rollout(p, out);
    out.put("environments.*.routes[].path", e.routes().getFirst().path());
    out.put("environments.*.scale", "min: " + fixed.min() + ", max: " + fixed.max());
    String scale = "environments.*.scale.";
    out.put(scale + "mode", scaled.observed() ? "observe" : "act");
    out.put(scale + "scale-in.hold", Units.text(scaled.scaleIn().hold()));
    out.put(scale + "scale-in.at-most", scaled.scaleIn().atMost().toString());
    out.put(scale + "scale-out.at-most", scaled.scaleOut().atMost().toString());
    out.put(scale + "on-missing-signal.hold", Units.text(scaled.onMissingSignal().hold()));
    return out;
  }

  private static void rollout(Pipeline p, Map<String, String> out) {
    String rollout = "environments.*.rollout.";
    var rolling = (Strategy.Rolling) p.environments().get("e").rollout().strategy();
    out.put(rollout + "strategy", "rolling");
    out.put(rollout + "hold", Units.text(rolling.hold()));
    var canary = (Strategy.Canary) p.environments().get("h").rollout().strategy();
    out.put(rollout + "stages[].hold", Units.text(canary.stages().getFirst().hold()));
    out.put(rollout + "stages[].approve", "" + canary.stages().getFirst().approve());
    var blueGreen = (Strategy.BlueGreen) p.environments().get("g").rollout().strategy();
    out.put(rollout + "approve", "" + blueGreen.approve());
    var unchecked = (Strategy.BlueGreen) p.environments().get("k").rollout().strategy();
    out.put(
        rollout + "keep",
        Units.text(unchecked.keep()) + ", with checks " + Units.text(blueGreen.keep()));
    Check check = blueGreen.checks().getFirst();
    out.put(rollout + "checks[].process", check.process());
    out.put(rollout + "checks[].every", Units.text(check.every()));
    out.put(rollout + "checks[].window", Units.text(check.window()));
    out.put(rollout + "checks[].failures", "" + check.failures());
    out.put(rollout + "checks[].no-data", check.noData().name().toLowerCase(Locale.ROOT));
    var latency = (Check.Measure.BuiltIn) check.measure();
    out.put(rollout + "checks[].at-least", "" + latency.atLeast());
    var notWorse = (Check.Bound.NotWorse) check.bound();
    out.put(rollout + "checks[].worse-by", Math.round(notWorse.by() * 100) + "%");
    out.put(rollout + "checks[].worse", notWorse.higher() ? "higher" : "lower");
  }

  @Test
  void theTableSaysWhatTheReaderDoes() throws IOException {
    Map<String, String> table = new LinkedHashMap<>();
    Matcher row = ROW.matcher(page());
    while (row.find()) {
      table.put(row.group(1), row.group(2));
    }
    String on = table.remove("on");

    assertThat(table).isEqualTo(actual());
    assertThat(read("on: { " + on + " }\nsteps: { a: { run: x } }").on())
        .isEqualTo(read("steps: { a: { run: x } }").on());
  }

  @Test
  void everyExampleOfThePageIsRead() throws IOException {
    List<String> examples = new ArrayList<>();
    Matcher block = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(page());
    while (block.find()) {
      examples.add(block.group(1));
    }
    assertThat(examples).hasSizeGreaterThan(2);
    for (String example : examples) {
      boolean comment = example.startsWith("#");
      boolean whole = example.contains("image:");
      String text = whole || comment ? example : "image: { preset: java }\n" + example;
      if (!comment) {
        assertThat(PipelineReader.read(new Source("example", text)).problems()).isEmpty();
      }
    }
  }
}
