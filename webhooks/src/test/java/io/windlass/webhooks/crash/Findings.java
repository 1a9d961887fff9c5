package io.windlass.webhooks.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.windlass.engine.local.protocol.ReplicaStatus;
import io.windlass.webhooks.crash.Developer.Made;
import io.windlass.webhooks.demo.WebhookSender.Push;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What must be true after all kills, with nobody's help: nothing lost, nothing done twice,
 * everything ended, the last good head live.
 */
final class Findings {
  private final Installation installation;
  private final Developer developer;
  private final List<JsonNode> decisions;
  private final List<JsonNode> runs;

  private Findings(Installation installation, List<JsonNode> decisions, List<JsonNode> runs) {
    this.installation = installation;
    this.developer = installation.developer();
    this.decisions = decisions;
    this.runs = runs;
  }

  /**
   * Waits until everything has come to rest, then looks.
   *
   * @param mostAttempts so many attempts of a step are right
   * @return figures, for people
   */
  static String check(Installation installation, int mostAttempts) throws Exception {
    String head = installation.developer().head();
    Installation.until(
        "every run ends and the last head is live",
        () ->
            installation.runOf(head).isPresent()
                && installation.runs().stream().noneMatch(Findings::runs)
                && installation.environment().path("rollout").isMissingNode()
                && installation.settled());
    Findings findings = new Findings(installation, installation.decisions(), installation.runs());
    findings.everyAnsweredDeliveryIsStored();
    findings.everyAnsweredDeliveryHasOneDecision();
    findings.everyRunWasDecidedOnce();
    findings.everyRunEndedAsItsCommitWasMade();
    long attempts = findings.noAttemptBeganTwice(mostAttempts);
    findings.theLastHeadIsLive(head);
    findings.nothingOfEndedRunsIsLeft();
    return findings.figures(attempts);
  }

  private static boolean runs(JsonNode run) {
    return run.path("status").asText().equals("running");
  }

  private void everyAnsweredDeliveryIsStored() throws Exception {
    List<String> stored =
        installation.deliveries().stream().map(delivery -> delivery.path("id").asText()).toList();
    assertThat(stored).doesNotHaveDuplicates();
    assertThat(stored)
        .containsAll(
            developer.pushes().stream().filter(developer::answered).map(Push::deliveryId).toList());
  }

  private void everyAnsweredDeliveryHasOneDecision() {
    for (Push push : developer.pushes()) {
      List<JsonNode> of =
          decisions.stream()
              .filter(decided ->
                  decided
                      .path("decision")
                      .path("cause")
                      .asText()
                      .equals("delivery " + push.deliveryId()))
              .toList();
      assertThat(of).as("decisions of %s", push).hasSizeLessThanOrEqualTo(1);
      if (developer.answered(push)) {
        assertThat(of).as("decisions of %s", push).hasSize(1);
        reasonable(push, of.getFirst().path("decision"));
      }
    }
  }

  private void reasonable(Push push, JsonNode decision) {
    String verdict = decision.path("verdict").asText();
    assertThat(verdict).as("%s of %s", decision, push).isIn("run", "duplicate", "late", "vanished");
    if (verdict.equals("duplicate")) {
      assertThat(decisions.stream().filter(d -> becameRun(d, push.after())))
          .as("runs of %s, said to be decided before", push)
          .isNotEmpty();
    }
    if (verdict.equals("vanished")) {
      assertThat(developer.wasDropped(push.after())).as("vanished: %s", push).isTrue();
    }
  }

  private void everyRunWasDecidedOnce() {
    List<Long> decided =
        decisions.stream()
            .map(decision -> decision.path("decision"))
            .filter(decision -> decision.path("verdict").asText().equals("run"))
            .map(decision -> decision.path("run").asLong())
            .toList();
    assertThat(decided)
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(
            runs.stream().map(run -> run.path("number").asLong()).toList());
    Set<String> commits =
        runs.stream().map(run -> run.path("sha").asText()).collect(Collectors.toSet());
    for (String commit : commits) {
      assertThat(decisions.stream().filter(d -> becameRun(d, commit)).count())
          .as("runs of %s, which the branch was moved to so many times", commit)
          .isLessThanOrEqualTo(developer.movesTo(commit));
    }
  }

  private static boolean becameRun(JsonNode decided, String commit) {
    JsonNode decision = decided.path("decision");
    return decision.path("verdict").asText().equals("run")
        && decision.path("sha").asText().equals(commit);
  }

  private void everyRunEndedAsItsCommitWasMade() {
    for (JsonNode run : runs) {
      String wanted =
          developer.made(run.path("sha").asText()) == Made.GOOD ? "succeeded" : "failed";
      assertThat(run.path("status").asText()).as("%s", run).isIn(wanted, "superseded");
    }
  }

  /** Counts the attempts. */
  private long noAttemptBeganTwice(int most) throws Exception {
    long count = 0;
    for (JsonNode summary : runs) {
      long number = summary.path("number").asLong();
      JsonNode run = installation.get("runs/" + Installation.REPOSITORY + "/" + number);
      Set<String> known = new TreeSet<>();
      for (JsonNode step : run.path("steps")) {
        assertThat(step.path("attempts").size()).as("%s", run).isLessThanOrEqualTo(most);
        for (JsonNode attempt : step.path("attempts")) {
          count++;
          String log = step.path("name").asText() + "." + attempt.path("number").asInt() + ".log";
          known.add(log);
          long begun = begun(logs(number).resolve(log));
          assertThat(begun).as("%s of %s", log, run).isLessThanOrEqualTo(1);
          if (attempt.hasNonNull("exit")) {
            assertThat(begun).as("%s of %s", log, run).isEqualTo(1);
          }
        }
      }
      assertThat(known).as("logs of run %s", number).containsAll(logNames(logs(number)));
    }
    return count;
  }

  private Path logs(long run) {
    return installation
        .data()
        .resolve("logs")
        .resolve(Installation.REPOSITORY)
        .resolve(Long.toString(run));
  }

  private static List<String> logNames(Path folder) throws IOException {
    return names(folder).stream().filter(name -> name.endsWith(".log")).toList();
  }

  private static long begun(Path log) throws IOException {
    if (!Files.exists(log)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(log)) {
      return lines.filter(line -> line.contains(TinyApplication.BEGIN)).count();
    }
  }

  private void theLastHeadIsLive(String head) throws Exception {
    JsonNode environment = installation.environment();
    assertThat(environment.path("current").path("sha").asText())
        .as("%s", environment)
        .isEqualTo(head);
    assertThat(environment.path("degraded").isMissingNode()).as("%s", environment).isTrue();
    Set<Long> told =
        installation.fleet().replicas().stream()
            .map(ReplicaStatus::pid)
            .map(pid -> pid.orElseThrow())
            .collect(Collectors.toSet());
    assertThat(told).allMatch(Processes::runs);
    Installation.until(
        "as many processes of the application as replicas",
        () -> replicaProcesses() == installation.fleet().replicas().size());
  }

  /** Not counting the sandbox around each. */
  private long replicaProcesses() throws IOException {
    return installation.processes().stream()
        .filter(process -> process.command().startsWith("java "))
        .filter(process -> process.command().endsWith(" " + TinyApplication.MAIN))
        .count();
  }

  private void nothingOfEndedRunsIsLeft() {
    Path keeperSteps = installation.data().resolve("keeper/steps");
    Path workspaces = installation.data().resolve("workspaces").resolve(Installation.REPOSITORY);
    Installation.until("the keeper forgets every step", () -> names(keeperSteps).isEmpty());
    Installation.until("every workspace is removed", () -> names(workspaces).isEmpty());
  }

  private static List<String> names(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    }
  }

  private String figures(long attempts) {
    Map<String, Long> verdicts =
        decisions.stream()
            .collect(
                Collectors.groupingBy(
                    decided -> decided.path("decision").path("verdict").asText(),
                    TreeMap::new,
                    Collectors.counting()));
    Map<String, Long> ends =
        runs.stream()
            .collect(
                Collectors.groupingBy(
                    run -> run.path("status").asText(), TreeMap::new, Collectors.counting()));
    return "%d pushes, %d of them answered, by %d deliveries; decisions %s; runs %s; %d attempts of steps"
        .formatted(
            developer.pushes().size(),
            developer.answeredPushes(),
            developer.deliveries(),
            verdicts,
            ends,
            attempts);
  }
}
