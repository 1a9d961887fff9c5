package io.windlass.engine.secret;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;

/** The forms in which tools print a secret without meaning harm. */
final class Disguises {
  private static final String UNRESERVED = "-._~";
  private static final String COMPONENT = "-_.!~*'()";
  private static final String WHOLE_URI = COMPONENT + ";,/?:@&=+$#";

  private Disguises() {}

  /** The secret, without the white space around it, and its longer lines. */
  static List<String> pieces(String secret) {
    var pieces = new ArrayList<String>();
    pieces.add(secret.strip());
    if (!secret.equals(secret.strip()) && !secret.isBlank()) {
      pieces.add(secret);
    }
    List<String> lines = secret.lines().map(String::strip).toList();
    if (lines.size() > 1) {
      lines.stream().filter(line -> line.length() >= Masker.SHORTEST_LINE).forEach(pieces::add);
    }
    return pieces;
  }

  static Set<String> plain(String text) {
    var forms = new LinkedHashSet<String>();
    forms.add(text);
    forms.add(text.replace("\r\n", "\n"));
    forms.add(text.replace("\r\n", "\n").replace("\n", "\r\n"));
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    forms.add(HexFormat.of().formatHex(bytes));
    forms.add(HexFormat.of().withUpperCase().formatHex(bytes));
    forms.add(URLEncoder.encode(text, StandardCharsets.UTF_8));
    for (String left : List.of(UNRESERVED, COMPONENT, WHOLE_URI)) {
      forms.add(percent(bytes, left, false));
      forms.add(percent(bytes, left, true));
    }
    forms.add(json(text, c -> c > 0x7e, false));
    forms.add(json(text, c -> c > 0x7e, true));
    forms.add(json(text, _ -> false, false));
    forms.add(json(text, _ -> false, false).replace("/", "\\/"));
    forms.add(json(text, c -> "<>&='".indexOf(c) >= 0, false)); // as the escapers of Gson and Go do
    forms.add(xml(text).replace("\"", "&quot;"));
    forms.add(xml(text).replace("\"", "&quot;").replace("'", "&#39;"));
    forms.add(xml(text).replace("\"", "&quot;").replace("'", "&apos;"));
    forms.add(xml(text).replace("\"", "&#34;").replace("'", "&#39;"));
    forms.add(xml(text));
    forms.add(text.replace("'", "'\\''"));
    forms.add(text.replace("'", "'\"'\"'"));
    return forms;
  }

  /**
   * What base64 makes of the secret whatever stands before and after it: in each of the three ways
   * in which its bits can fall, the digits that hold bits of the secret alone.
   */
  static Set<String> base64(String text) {
    var forms = new LinkedHashSet<String>();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int shift = 0; shift < 3; shift++) {
      byte[] shifted = new byte[shift + bytes.length];
      System.arraycopy(bytes, 0, shifted, shift, bytes.length);
      int first = (shift * 8 + 5) / 6;
      int end = shifted.length * 8 / 6;
      if (end - first >= Masker.SHORTEST) {
        forms.add(
            Base64.getEncoder().withoutPadding().encodeToString(shifted).substring(first, end));
        forms.add(
            Base64.getUrlEncoder().withoutPadding().encodeToString(shifted).substring(first, end));
      }
    }
    return forms;
  }

  private static String percent(byte[] bytes, String left, boolean lowerCase) {
    var out = new StringBuilder();
    for (byte b : bytes) {
      char c = (char) (b & 0xff);
      boolean plain =
          (c >= 'A' && c <= 'Z')
              || (c >= 'a' && c <= 'z')
              || (c >= '0' && c <= '9')
              || left.indexOf(c) >= 0;
      if (plain) {
        out.append(c);
      } else {
        String digits = HexFormat.of().toHexDigits(b);
        out.append('%').append(lowerCase ? digits : digits.toUpperCase(Locale.ROOT));
      }
    }
    return out.toString();
  }

  private static String json(String text, IntPredicate escaped, boolean upperCase) {
    var out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 0x20 || escaped.test(c)) {
            String digits = HexFormat.of().toHexDigits(c);
            out.append("\\u").append(upperCase ? digits.toUpperCase(Locale.ROOT) : digits);
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.toString();
  }

  private static String xml(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
