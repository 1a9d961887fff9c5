package io.windlass.engine.local.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandbyTest {
  @TempDir private Path directory;

  @Test
  void runsWhatItIsToldWordByWord() throws Exception {
    Path place = Files.createDirectory(directory.resolve("it's\n$HOME `date`"));
    try (Standby standby = start(List.of("/usr/bin/env", "ENTERED=yes"))) {
      Launched launched =
          standby.launch(
              launch(
                  List.of(
                      "/bin/sh",
                      "-c",
                      "pwd; echo $ENTERED; cat <&3; printf '[%s]' \"$WINDLASS_PROCESS\" \"$@\"; exit 3",
                      "sh",
                      "a 'b' \"c\"",
                      "$PATH\nline\\"),
                  "from the input\n",
                  place),
              directory.resolve("script"));

      String output = new String(launched.output().readAllBytes(), StandardCharsets.UTF_8);
      launched.ended().toCompletableFuture().get();

      assertThat(output)
          .isEqualTo(place + "\nyes\nfrom the input\n[a-mark][a 'b' \"c\"][$PATH\nline\\]");
      assertThat(Launched.exitCode(directory.resolve("exit"))).hasValue(3);
      assertThat(standby.alive()).isFalse();
    }
  }

  @Test
  void saysThatItCouldNotBeMadeReady() {
    Path group = directory.resolve("absent/cgroup.procs");
    assertThatThrownBy(() -> Standby.start("a-mark", List.of(group), List.of(), directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("look whether [" + group + "] can be written to");
  }

  private Standby start(List<String> entrance) throws IOException {
    return Standby.start("a-mark", List.of(), entrance, directory);
  }

  private Launch launch(List<String> command, String input, Path place) {
    return new Launch(
        "a-mark", directory.resolve("exit"), Optional.empty(), List.of(), 0, command, input, place);
  }
}
