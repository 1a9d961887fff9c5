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
        f.node(key)
            .flatMap(n -> Patterns.read(n, f.path(key), false, forms.limits(), f.problems()));
    Optional<Patterns> ignore =
        f.node(ignoreKey)
            .flatMap(n -> Patterns.read(n, f.path(ignoreKey), true, forms.limits(), f.problems()));
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
}
