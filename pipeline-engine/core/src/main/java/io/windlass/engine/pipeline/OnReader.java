package io.windlass.engine.pipeline;

import io.windlass.scaler.syntax.Cron;
import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Values;
import java.util.List;
import java.util.Optional;

/** Reads {@code on:} and filters. */
record OnReader(Forms forms) {

  /** Where the file says nothing: every branch, every pull request, no tag. */
  static final On DEFAULT =
      new On(
          Optional.of(
              new On.Push(
                  Optional.of(new Patterns(List.of("**"), false)),
                  Optional.empty(),
                  Optional.empty())),
          Optional.of(new On.PullRequest(Optional.empty(), Optional.empty())),
          List.of());

  On read(Fields on) {
    var push = on.value("push", Fields::ofOptional).map(this::push);
    var pull = on.value("pull_request", Fields::ofOptional).map(this::pullRequest);
    var schedule = on.list("schedule", this::schedule);
    Forms.atMost(
        schedule.size(),
        forms.limits().schedules(),
        "schedules",
        on.at("schedule"),
        on.path("schedule"),
        on.problems());
    on.done();
    return new On(push, pull, schedule);
  }

  private On.Push push(Fields f) {
    var push = new On.Push(filter(f, "branches"), filter(f, "tags"), filter(f, "paths"));
    f.done();
    return push;
  }

  private On.PullRequest pullRequest(Fields f) {
    var pull = new On.PullRequest(filter(f, "branches"), filter(f, "paths"));
    f.done();
    return pull;
  }

  private Optional<On.Schedule> schedule(Node node, String path, Problems problems) {
    return Fields.of(node, path, problems)
        .flatMap(f -> {
          var cron = f.require("cron").value("cron", Cron::read);
          var zone = f.value("timezone", Values::zone).orElse(Defaults.TIMEZONE);
          f.done();
          return cron.map(c -> new On.Schedule(c, zone));
        });
  }

  /** {@code branches} or {@code branches-ignore}, not both. */
  private Optional<Patterns> filter(Fields f, String key) {
    String ignoreKey = key + "-ignore";
    Optional<Patterns> take =
        f.node(key).flatMap(n -> patterns(n, f.path(key), false, f.problems()));
    Optional<Patterns> ignore =
        f.node(ignoreKey).flatMap(n -> patterns(n, f.path(ignoreKey), true, f.problems()));
    if (f.has(key) && f.has(ignoreKey)) {
      f.problems()
          .say(
              f.at(ignoreKey),
              f.path(),
              "both \""
                  + key
                  + "\" and \""
                  + ignoreKey
                  + "\"; write !pattern under \""
                  + key
                  + "\"");
    }
    return take.or(() -> ignore);
  }

  Optional<Patterns> patterns(Node node, String path, boolean ignore, Problems problems) {
    List<String> globs = Values.list(node, path, this::glob, problems);
    if (node instanceof Node.Sequence list) {
      if (list.items().isEmpty()) {
        problems.wrong(node, path, "at least one pattern");
      }
      Forms.atMost(
          list.items().size(), forms.limits().patterns(), "patterns", node.at(), path, problems);
    }
    if (!globs.isEmpty() && globs.getFirst().startsWith("!")) {
      problems.say(
          node.at(),
          path,
          "first pattern \""
              + Values.printable(globs.getFirst())
              + "\" takes back what no pattern before it matched");
    }
    return globs.isEmpty() ? Optional.empty() : Optional.of(new Patterns(globs, ignore));
  }

  private Optional<String> glob(Node node, String path, Problems problems) {
    return Forms.word(node, path, problems)
        .filter(t -> {
          boolean plain = t.chars().noneMatch(c -> "[]{}\\".indexOf(c) >= 0);
          boolean good = plain && t.length() <= forms.limits().patternLength() && !t.equals("!");
          if (!good) {
            problems.wrong(node, path, "a pattern of *, **, ? and a leading !");
          }
          return good;
        });
  }
}
