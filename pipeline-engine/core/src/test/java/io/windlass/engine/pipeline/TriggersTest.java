package io.windlass.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.pipeline.Triggers.Verdict;
import io.windlass.scaler.syntax.Source;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TriggersTest {

  private static Pipeline pipeline(String text) {
    var result = PipelineReader.read(new Source("windlass.yaml", text));
    assertThat(result.problems()).isEmpty();
    return result.pipeline().orElseThrow();
  }

  private static On on(String on) {
    return pipeline("on: " + on + "\nsteps: { a: { run: x } }\n").on();
  }

  private static EnvironmentSpec.When when(String when) {
    String text =
        "image: { preset: java }\nenvironments: { e: { target: t, when: %s } }\n".formatted(when);
    return pipeline(text).environments().get("e").when();
  }

  private static String reason(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Match match -> "";
      case Verdict.Filtered(String reason) -> reason;
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          main        | main            | true
          main        | main2           | false
          main        | MAIN            | false
          *           | main            | true
          *           | a/b             | false
          **          | a/b/c           | true
          release/*   | release/1       | true
          release/*   | release/1/2     | false
          release/**  | release/1/2     | true
          release/**  | release         | false
          release/**  | release/        | true
          v?.?        | v1.2            | true
          v?.?        | v12             | false
          a?b         | a/b             | false
          **/x        | x               | true
          **/x        | a/b/x           | true
          **/x        | ax              | false
          a/**/x      | a/x             | true
          a/**/x      | a/b/c/x         | true
          a/**/x      | abx             | false
          **.md       | docs/a.md       | true
          *.md        | docs/a.md       | false
          docs/**     | docs/a/b.md     | true
          a.b         | axb             | false
          (a+)+       | (a+)+           | true
          **/*.java   | src/main/A.java | true
          """)
  void aGlobMatchesTheWholeName(String glob, String name, boolean expected) {
    assertThat(Glob.matches(glob, name)).isEqualTo(expected);
  }

  @Test
  @Timeout(10)
  void noGlobTakesLong() {
    assertThat(Glob.matches("**a".repeat(80) + "b", "a".repeat(5000))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"release/1, true", "release/1-beta, false", "release/1-beta-final, true", "x, false"})
  void theLastPatternThatMatchesDecides(String name, boolean expected) {
    var patterns = new Patterns(List.of("release/**", "!**-beta*", "**-final"), false);

    assertThat(patterns.takes(name)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # on                                       | branch    | why not
          { push: }                                  | main      | ''
          { push: { branches: [main, "r/*"] } }      | main      | ''
          { push: { branches: [main, "r/*"] } }      | r/1       | ''
          { push: { branches: [main, "r/*"] } }      | dev       | branch dev is not among main, r/*
          { push: { branches-ignore: ["tmp/**"] } }  | tmp/a     | branch tmp/a is not among all but tmp/**
          { push: { branches-ignore: ["tmp/**"] } }  | main      | ''
          { push: { tags: ["v*"] } }                 | main      | on.push is for tags only
          { pull_request: }                          | main      | on has no push
          """)
  void aPushedBranchIsFiltered(String on, String branch, String reason) {
    var verdict = Triggers.matches(on(on), new Trigger.BranchPush(branch), Optional.empty());

    assertThat(reason(verdict)).isEqualTo(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          { push: }                                     | v1 | ''
          { push: { branches: [main] } }                | v1 | on.push is for branches only
          { push: { tags: ["v*"] } }                    | v1 | ''
          { push: { tags: ["v*"] } }                    | x1 | tag x1 is not among v*
          { push: { tags-ignore: ["v*"] } }             | v1 | tag v1 is not among all but v*
          { push: { paths: ["src/**"] } }               | v1 | ''
          { pull_request: }                             | v1 | on has no push
          """)
  void aPushedTagIsFiltered(String on, String tag, String reason) {
    var verdict = Triggers.matches(on(on), new Trigger.TagPush(tag), Optional.of(List.of("other")));

    assertThat(reason(verdict)).isEqualTo(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          { push: { paths: ["src/**"] } }         | src/a.c docs/x | ''
          { push: { paths: ["src/**"] } }         | docs/x         | no changed path is among src/**
          { push: { paths: ["**", "!docs/**"] } } | docs/x         | no changed path is among **, !docs/**
          { push: { paths-ignore: ["docs/**"] } } | docs/x docs/y  | no changed path is among all but docs/**
          { push: { paths-ignore: ["docs/**"] } } | docs/x a       | ''
          """)
  void changedPathsAreFiltered(String on, String paths, String reason) {
    var verdict =
        Triggers.matches(
            on(on), new Trigger.BranchPush("main"), Optional.of(List.of(paths.split(" "))));

    assertThat(reason(verdict)).isEqualTo(reason);
  }

  @Test
  void whereTheChangedPathsAreNotKnownTheRunStarts() {
    var verdict =
        Triggers.matches(
            on("{ push: { paths: [src] } }"), new Trigger.BranchPush("x"), Optional.empty());

    assertThat(verdict).isInstanceOf(Verdict.Match.class);
  }

  @Test
  void aPullRequestIsFilteredByTheBranchThatItGoesTo() {
    On on = on("{ pull_request: { branches: [main] } }");

    assertThat(reason(Triggers.matches(on, new Trigger.PullRequest(1, "main"), Optional.empty())))
        .isEmpty();
    assertThat(reason(Triggers.matches(on, new Trigger.PullRequest(1, "dev"), Optional.empty())))
        .isEqualTo("base branch dev is not among main");
  }

  @Test
  void whereTheFileSaysNothingEveryBranchAndPullRequestRunsAndNoTag() {
    On on = pipeline("steps: { a: { run: x } }").on();

    assertThat(reason(Triggers.matches(on, new Trigger.BranchPush("a/b"), Optional.empty())))
        .isEmpty();
    assertThat(reason(Triggers.matches(on, new Trigger.PullRequest(1, "m"), Optional.empty())))
        .isEmpty();
    assertThat(reason(Triggers.matches(on, new Trigger.TagPush("v1"), Optional.empty())))
        .isEqualTo("on.push is for branches only");
  }

  @Test
  void whoeverAsksByHandOrByScheduleGetsARun() {
    On on = on("{ push: { branches: [x] } }");

    assertThat(reason(Triggers.matches(on, new Trigger.Manual("me"), Optional.empty()))).isEmpty();
    assertThat(
            reason(
                Triggers.matches(on, new Trigger.Scheduled("main", "0 3 * * *"), Optional.empty())))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # when                             | branch main | tag v1 | schedule | pull request
          {}                                 | true        | true   | false    | false
          { branch: main }                   | true        | false  | false    | false
          { branch: [release/*] }            | false       | false  | false    | false
          { tag: "v*" }                      | false       | true   | false    | false
          { branch: main, tag: "v*" }        | true        | true   | false    | false
          { branch: main, schedule: true }   | true        | false  | true     | false
          { branch: other, schedule: true }  | false       | false  | false    | false
          """)
  void whenDecidesWhichRunsDeploy(
      String when, boolean branch, boolean tag, boolean schedule, boolean pullRequest) {
    var w = when(when);

    assertThat(deploys(w, new Trigger.BranchPush("main"))).isEqualTo(branch);
    assertThat(deploys(w, new Trigger.TagPush("v1"))).isEqualTo(tag);
    assertThat(deploys(w, new Trigger.Scheduled("main", "* * * * *"))).isEqualTo(schedule);
    assertThat(deploys(w, new Trigger.PullRequest(1, "main"))).isEqualTo(pullRequest);
    assertThat(deploys(w, new Trigger.Manual("me"))).isTrue();
  }

  private static boolean deploys(EnvironmentSpec.When when, Trigger trigger) {
    return Triggers.deploys(when, trigger) instanceof Verdict.Match;
  }
}
