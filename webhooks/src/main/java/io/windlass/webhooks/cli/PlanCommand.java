package io.windlass.webhooks.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code windlass plan ENVIRONMENT}. */
@Command(
    name = "plan",
    description =
        "Shows what deploying a commit would change, compared with what serves. Nothing is built, stored or applied.")
final class PlanCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ServerOptions server;
  @Mixin private EnvironmentArgument environment;

  @Option(
      names = "--ref",
      paramLabel = "REF",
      description = "A branch, or a tag as refs/tags/v1 (default: the default branch).")
  private @Nullable String ref;

  @Option(
      names = "--sha",
      paramLabel = "SHA",
      description = "A commit, in full (default: what the ref names now).")
  private @Nullable String sha;

  @Override
  public Integer call() throws Exception {
    List<String> query = new ArrayList<>();
    if (ref != null) {
      query.add("ref=" + encoded(ref));
    }
    if (sha != null) {
      query.add("sha=" + encoded(sha));
    }
    String path = environment.path("plan") + (query.isEmpty() ? "" : "?" + String.join("&", query));
    print(server.client().get(path), spec.commandLine().getOut());
    return 0;
  }

  /** {@code +} comes, {@code -} goes, {@code ~} changes. */
  static void print(JsonNode plan, PrintWriter out) {
    out.println(
        "Commit "
            + plan.path("sha").asText()
            + " of "
            + plan.path("ref").asText()
            + (plan.has("serving")
                ? ", compared with release " + plan.path("serving").asText()
                : "; nothing serves yet"));
    if (plan.path("changes").isEmpty()) {
      out.println("Nothing would change.");
    }
    changes(plan, out);
    for (JsonNode obstacle : plan.path("obstacles")) {
      out.println("! it would not be deployed: " + obstacle.asText());
    }
  }

  /** Each thing with its values. */
  static void changes(JsonNode of, PrintWriter out) {
    for (JsonNode change : of.path("changes")) {
      out.println(sign(change.path("kind").asText()) + " " + change.path("subject").asText());
      for (JsonNode line : change.path("lines")) {
        out.println("    " + line(line));
      }
    }
  }

  private static String sign(String kind) {
    return switch (kind) {
      case "added" -> "+";
      case "removed" -> "-";
      default -> "~";
    };
  }

  private static String line(JsonNode line) {
    String path = line.path("path").asText();
    if (!line.has("before")) {
      return "+ " + path + ": " + line.path("after").asText();
    }
    if (!line.has("after")) {
      return "- " + path + ": " + line.path("before").asText();
    }
    return "~ " + path + ": " + line.path("before").asText() + " -> " + line.path("after").asText();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
