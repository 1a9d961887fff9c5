package io.windlass.scaler.syntax;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A text and the name under which messages speak of it.
 *
 * @param name usually the path inside the repository, {@code windlass.yaml}
 * @param text without a byte order mark
 */
public record Source(String name, String text) {

  /** Decodes UTF-8; bytes that are not UTF-8 are a problem at the first of them. */
  public static Optional<Source> decode(String name, byte[] bytes, Problems problems) {
    var decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CharBuffer chars = CharBuffer.allocate(bytes.length + 1);
    CoderResult result = decoder.decode(ByteBuffer.wrap(bytes), chars, true);
    String text = chars.flip().toString();
    if (result.isError()) {
      int lineStart = text.lastIndexOf('\n') + 1;
      int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
      var at = new Position(name, line, 1 + text.codePointCount(lineStart, text.length()));
      problems.add(at, "", "bytes that are not UTF-8", "a text file encoded as UTF-8");
      return Optional.empty();
    }
    return Optional.of(new Source(name, text.startsWith("\uFEFF") ? text.substring(1) : text));
  }
}
