package io.windlass.engine.pipeline;

import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Problem;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Source;
import io.windlass.scaler.syntax.Yaml;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code windlass.yaml}: the whole of it, or every mistake in it. */
public final class PipelineReader {

  /** Where a repository keeps it. */
  public static final String FILE = "windlass.yaml";

  /**
   * The outcome: either a pipeline, or at least one problem.
   *
   * @param problems in the file's order
   */
  public record ReadResult(Optional<Pipeline> pipeline, List<Problem> problems) {
    public ReadResult {
      problems = List.copyOf(problems);
    }
  }

  private final Problems problems = new Problems();
  private final Forms forms;

  private PipelineReader(Limits limits) {
    this.forms = new Forms(limits);
  }

  /** Reads text under the standard limits. Never throws for what the text says. */
  public static ReadResult read(Source source) {
    return read(source, Limits.STANDARD);
  }

  public static ReadResult read(Source source, Limits limits) {
    var reader = new PipelineReader(limits);
    Optional<Pipeline> pipeline =
        Yaml.read(source, reader.problems)
            .flatMap(root -> Fields.of(root, "", reader.problems))
            .map(reader::pipeline);
    return reader.result(pipeline);
  }

  /** Reads the bytes of a file as a commit holds them. */
  public static ReadResult read(String name, byte[] bytes) {
    var problems = new Problems();
    return Source.decode(name, bytes, problems)
        .map(PipelineReader::read)
        .orElseGet(() -> new ReadResult(Optional.empty(), problems.list()));
  }

  private ReadResult result(Optional<Pipeline> pipeline) {
    return problems.isEmpty()
        ? new ReadResult(pipeline, List.of())
        : new ReadResult(Optional.empty(), problems.list());
  }

  private Pipeline pipeline(Fields f) {
    On on = f.fields("on").map(new OnReader(forms)::read).orElse(OnReader.DEFAULT);
    var concurrency =
        f.fields("concurrency")
            .map(PipelineReader::concurrency)
            .orElse(new Pipeline.Concurrency(Defaults.CANCEL_SUPERSEDED));
    Map<String, String> env = forms.variables(f, "env");
    Optional<ImageSpec> image = f.fields("image").flatMap(new ImageReader(forms)::read);
    Map<String, Step> steps = steps(f, image);
    Optional<Node> app = f.node("app");
    app.flatMap(n -> Fields.of(n, "app", problems)).ifPresent(new AppReader(forms)::read);
    Map<String, EnvironmentSpec> environments =
        f.fields("environments")
            .map(new EnvironmentsReader(forms, app)::read)
            .orElse(new LinkedHashMap<>());
    f.done();
    checkWhole(f, steps);
    return new Pipeline(on, concurrency, env, steps, image, environments);
  }

  private Map<String, Step> steps(Fields f, Optional<ImageSpec> image) {
    Map<String, Step> steps =
        f.fields("steps").map(new StepsReader(forms)::read).orElse(new LinkedHashMap<>());
    if (!f.has("steps")) {
      image.flatMap(DefaultBuild::step).ifPresent(s -> steps.put(s.name(), s));
    }
    return steps;
  }

  private void checkWhole(Fields f, Map<String, Step> steps) {
    if (f.has("environments") && !f.has("image")) {
      problems.say(
          f.at("environments"), "", "\"environments\" to deploy to, but no \"image\" to deploy");
    }
    if (f.has("app") && !f.has("environments")) {
      problems.say(f.at("app"), "", "\"app\" to run, but no \"environments\" to run it in");
    }
    f.fields("image")
        .filter(i -> i.has("build-env") && f.has("steps"))
        .ifPresent(i ->
            problems.say(
                i.at("build-env"),
                i.path(),
                "\"build-env\" is for the preset's own build step, but there are \"steps\"; write"
                    + " \"env\" there"));
    if (steps.isEmpty() && !f.has("image")) {
      problems.say(f.at(), "", "nothing to do; write \"steps\", an \"image\" or both");
    }
  }

  private static Pipeline.Concurrency concurrency(Fields f) {
    f.text("group")
        .filter(g -> !g.replace(" ", "").equals("${{branch}}"))
        .ifPresent(g ->
            f.problems().notYet(f.at("group"), f.path("group"), "any group but \"${{ branch }}\""));
    boolean cancel = f.flag("cancel-superseded").orElse(Defaults.CANCEL_SUPERSEDED);
    f.done();
    return new Pipeline.Concurrency(cancel);
  }
}
