package io.windlass.webhooks.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AnsiTest {
  private static final String ESC = "\u001b";

  static Stream<Arguments> written() {
    return Stream.of(
        Arguments.of("plain", "plain"),
        Arguments.of(ESC + "[31mred" + ESC + "[0m", "red"),
        Arguments.of("\u009b1mbold", "bold"),
        Arguments.of(ESC + "[2K" + ESC + "[1Gcleared", "cleared"),
        Arguments.of(ESC + "]0;a title\u0007after", "after"),
        Arguments.of(
            ESC + "]8;;https://example.com" + ESC + "\\link" + ESC + "]8;;" + ESC + "\\", "link"),
        Arguments.of(ESC + "(Bcharset", "charset"),
        Arguments.of(ESC + "Mup", "up"),
        Arguments.of(ESC + "[38;2;1;2;3mrgb", "rgb"),
        Arguments.of("10%\r50%\r100%\n", "100%\n"),
        Arguments.of("dos\r\nlines\r\n", "dos\nlines\n"),
        Arguments.of("first\nsecond 1\rsecond 2", "first\nsecond 2"),
        Arguments.of("bell\u0007 back\b nul\u0000", "bell back nul"),
        Arguments.of("tab\tstays", "tab\tstays"),
        Arguments.of("turn \u202earound", "turn \ufffdaround"),
        Arguments.of("cut off " + ESC + "[31", "cut off "),
        Arguments.of("cut off " + ESC, "cut off "),
        Arguments.of(ESC + "[31\nnext line", "\nnext line"),
        Arguments.of("wide \ud83d\ude00 ünï", "wide \ud83d\ude00 ünï"));
  }

  @ParameterizedTest
  @MethodSource("written")
  void whatATerminalWouldShowIsLeft(String written, String shown) {
    assertThat(Ansi.plain(written)).isEqualTo(shown);
  }

  @Test
  void coloursBecomeNamesOfLooks() {
    assertThat(Ansi.spans("a" + ESC + "[1;31mb" + ESC + "[22mc" + ESC + "[92md" + ESC + "[me"))
        .containsExactly(
            new Ansi.Span("", "a"),
            new Ansi.Span("ansi-red ansi-bold", "b"),
            new Ansi.Span("ansi-red", "c"),
            new Ansi.Span("ansi-green", "d"),
            new Ansi.Span("", "e"));
  }

  @Test
  void aColourGoesOnOverTheLinesEnd() {
    assertThat(Ansi.spans(ESC + "[31ma\nb")).containsExactly(new Ansi.Span("ansi-red", "a\nb"));
  }

  @Test
  void aLineThatIsWrittenOverLosesItsColouredPartsToo() {
    assertThat(Ansi.spans("kept\n" + ESC + "[31mold" + ESC + "[0m old\rnew"))
        .containsExactly(new Ansi.Span("", "kept\nnew"));
  }

  @Test
  void whateverIsWrittenNoControlCharacterIsLeft() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<String> parts =
        List.of(
            ESC, "[", "]", "m", "31", ";", "38", "5", "\r", "\n", "\u0007", "\\", "x", "\u009b",
            "(", "<b>");
    for (int round = 0; round < 2_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(30); i > 0; i--) {
        text.append(parts.get(random.nextInt(parts.size())));
      }
      assertThat(Ansi.plain(text.toString()))
          .as("seed %d, text %s", seed, text)
          .matches(shown -> shown.chars().noneMatch(c -> c != '\n' && Character.isISOControl(c)));
      assertThat(Ansi.spans(text.toString()))
          .as("seed %d", seed)
          .allMatch(span -> span.look().matches("(ansi-[a-z]+)?( ?ansi-bold)?"));
    }
  }
}
