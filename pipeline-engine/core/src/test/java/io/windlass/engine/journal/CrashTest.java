package io.windlass.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a server that is being told many things, again and again, and looks whether it kept its
 * word.
 */
class CrashTest {
  static final int COUNTERS = 5;

  private record Answered(String counter, String key) {}

  @TempDir Path directory;

  @Test
  void whatWasAnsweredSurvivesAKillAndNothingHappensTwice() throws Exception {
    crash(11, 3);
  }

  @Test
  @Tag("long")
  void whatWasAnsweredSurvivesAHundredKills() throws Exception {
    crash(12, Integer.getInteger("windlass.kills", 100));
  }

  private void crash(long seed, int rounds) throws Exception {
    System.out.println("seed " + seed);
    var random = new SplittableRandom(seed);
    var answered = new ArrayList<Answered>();
    for (int round = 0; round < rounds; round++) {
      answered.addAll(runAndKill(round, 1 + random.nextInt(400)));
    }
    try (var database = Database.open(DatabaseSettings.in(directory));
        var journal = new Journal(database, InstantSource.system())) {
      journal.register(new Counter(), new Counter.Worker());
      journal.start();
      for (int i = 0; i < COUNTERS; i++) {
        check(journal, Integer.toString(i), answered);
      }
    }
    try (Stream<Path> unpacked = Files.list(directory.resolve("native"))) {
      assertThat(unpacked.filter(file -> file.toString().endsWith(".so")))
          .as("native code that killed servers have left")
          .hasSizeLessThanOrEqualTo(1);
    }
  }

  /**
   * Kills the server when it has answered so often; what it still says after that was answered too.
   */
  private List<Answered> runAndKill(int round, int answers)
      throws IOException, InterruptedException {
    Process server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CrashingServer.class.getName(),
                directory.toString(),
                Integer.toString(round))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var answered = new ArrayList<Answered>();
    try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        String[] words = line.split(" ", -1);
        if (words.length == 3 && words[0].equals("answered")) {
          answered.add(new Answered(words[1], words[2]));
        }
        if (answered.size() == answers) {
          server
              .toHandle()
              .destroyForcibly(); // unlike the process, it leaves the output to be read
        }
      }
    } finally {
      server.destroyForcibly().waitFor();
    }
    assertThat(answered).as("the server ended by itself").hasSizeGreaterThanOrEqualTo(answers);
    answered.removeLast(); // the kill may have cut its line
    return answered;
  }

  private static void check(Journal journal, String counter, List<Answered> answered) {
    var subject = new Subject(Counter.KIND, counter);
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> settled(journal.state(subject, Counter.State.class).orElseThrow()));
    List<TransitionRow> history = journal.history(subject, 0, Integer.MAX_VALUE);
    Set<String> keys = history.stream().map(TransitionRow::dedupKey).collect(Collectors.toSet());
    Counter.State state = journal.state(subject, Counter.State.class).orElseThrow();

    assertThat(keys)
        .containsAll(
            answered.stream().filter(a -> a.counter().equals(counter)).map(Answered::key).toList());
    assertThat(history).extracting(TransitionRow::sequence).doesNotHaveDuplicates();
    assertThat(count(history, "Add")).isEqualTo(state.added());
    assertThat(count(history, "Done")).isEqualTo(state.added());
    assertThat(count(history, "Rung")).isEqualTo(state.added());
    List<EffectRow> effects = journal.effects(subject, 0, Integer.MAX_VALUE);
    assertThat(effects)
        .hasSize(state.added())
        .allMatch(effect -> effect.status() == EffectRow.Status.DONE);
    assertThat(new HashSet<>(keys))
        .containsAll(effects.stream().map(effect -> effect.id().dedupKey()).toList());
  }

  private static boolean settled(Counter.State state) {
    return state.done() == state.added() && state.rung() == state.added();
  }

  private static int count(List<TransitionRow> history, String event) {
    return (int) history.stream().filter(row -> row.event().equals(event)).count();
  }
}
