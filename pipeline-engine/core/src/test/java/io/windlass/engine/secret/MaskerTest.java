package io.windlass.engine.secret;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MaskerTest {
  private static final String SECRET = "s3cr&t/Va\"lue";

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "the secret itself | the *** itself",
        "`--token=s3cr&t/Va\"lue!` | --token=***!",
        "s3cr%26t%2FVa%22lue | ***",
        "s3cr%26t%2fVa%22lue | ***",
        "`{\"a\":\"s3cr&t/Va\\\"lue\"}` | `{\"a\":\"***\"}`",
        "s3cr&amp;t/Va&quot;lue | ***",
        "73336372267 is no hex of it | 73336372267 is no hex of it",
        "s3cr&t/Va is not all of it | s3cr&t/Va is not all of it",
      })
  void replacesWhatASecretLooksLikeAndNothingElse(String text, String masked) {
    assertThat(Masker.of(List.of(SECRET, "secret")).mask(text)).isEqualTo(masked);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "xy", "user:", "a longer beginning "})
  void findsBase64OfSomethingThatHoldsTheSecret(String before) {
    String encoded = base64(before + SECRET + "after");

    String masked = Masker.of(List.of(SECRET)).mask(encoded);

    assertThat(masked).contains("***");
    assertThat(decodable(masked, SECRET.substring(2, SECRET.length() - 2))).isFalse();
  }

  @Test
  void findsBase64ThatIsWrappedIntoLines() {
    String secret =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-*/&%$".repeat(2);
    String wrapped =
        Base64.getMimeEncoder()
            .encodeToString(("header=" + secret + ";footer").getBytes(StandardCharsets.UTF_8));

    String masked = Masker.of(List.of(secret)).mask("cat key | base64\n" + wrapped + "\ndone\n");

    assertThat(masked).startsWith("cat key | base64\n").endsWith("\ndone\n").contains("***");
    assertThat(masked.length()).isLessThan(70);
  }

  @Test
  void masksTheLongLinesOfASecretOfSeveralLines() {
    var masker =
        Masker.of(List.of("-----BEGIN KEY-----\nMIIEvQIBADAN\nshort\n-----END KEY-----\n"));

    assertThat(masker.mask("line: MIIEvQIBADAN.")).isEqualTo("line: ***.");
    assertThat(masker.mask("a short word")).isEqualTo("a short word");
  }

  @Test
  void masksTheLongerOfTwoSecretsThatBeginAlike() {
    var masker = Masker.of(List.of("token", "token-of-admin"));

    assertThat(masker.mask("token-of-admin token-of-user")).isEqualTo("*** ***-of-user");
  }

  @Test
  void leavesSecretsAloneThatAreTooShortAndCountsThem() {
    var masker = Masker.of(List.of("abc", "1", "long enough"));

    assertThat(masker.tooShort()).isEqualTo(2);
    assertThat(masker.mask("abc 1 long enough")).isEqualTo("abc 1 ***");
  }

  @Test
  void givesOutTextAtOnceThatCannotBeTheBeginningOfASecret() throws IOException {
    var out = new ByteArrayOutputStream();
    var stream = Masker.of(List.of("secret")).stream(out::write);

    write(stream, "Password: sec");

    assertThat(out).hasToString("Password: ");
    stream.end();
    assertThat(out).hasToString("Password: sec");
  }

  /**
   * Whatever the secrets, the text and the cuts are, what comes out holds no secret, and all the
   * rest in its order.
   */
  @Test
  void noSecretEverGetsThroughHoweverItIsCut() throws IOException {
    for (long seed = 1; seed <= 300; seed++) {
      var random = new SplittableRandom(seed);
      var secrets = secrets(random);
      var masker = Masker.of(secrets);
      String text = text(random, secrets);

      String masked = cut(masker, text, random);

      for (String secret : secrets) {
        for (String form : forms(secret)) {
          assertThat(masked).as("seed %d, form of '%s'", seed, secret).doesNotContain(form);
        }
      }
      assertThat(masked).as("seed %d", seed).isEqualTo(masker.mask(text));
      assertThat(masked.replace("***", "").length()).as("seed %d", seed).isGreaterThan(0);
    }
  }

  private static List<String> secrets(SplittableRandom random) {
    var secrets = new ArrayList<String>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      // few letters, so that secrets overlap each other and themselves
      secrets.add(
          word(random, i % 2 == 0 ? "ab" : "abcXYZ019+/=&\"'\\ é%<", 5 + random.nextInt(20)).strip()
              + "zq~"
              + i);
    }
    return secrets;
  }

  private static List<String> forms(String secret) {
    String json = secret.replace("\\", "\\\\").replace("\"", "\\\"");
    String whole = base64(secret).replace("=", "");
    return List.of(
        secret,
        json,
        URLEncoder.encode(secret, StandardCharsets.UTF_8),
        whole.substring(0, secret.getBytes(StandardCharsets.UTF_8).length * 8 / 6));
  }

  private static String text(SplittableRandom random, List<String> secrets) {
    var text = new StringBuilder("begin\n");
    for (int i = 0; i < 40; i++) {
      String secret = secrets.get(random.nextInt(secrets.size()));
      var forms = forms(secret);
      text.append(
          switch (random.nextInt(6)) {
            case 0 -> secret.substring(0, random.nextInt(secret.length()));
            case 1 -> word(random, "ab \n", random.nextInt(10));
            case 2 ->
                base64(
                    "x".repeat(random.nextInt(4)) + secret + word(random, "ab", random.nextInt(3)));
            default -> forms.get(random.nextInt(forms.size()));
          });
    }
    return text.toString();
  }

  private static String word(SplittableRandom random, String letters, int length) {
    var word = new StringBuilder();
    for (int i = 0; i < length; i++) {
      word.append(letters.charAt(random.nextInt(letters.length())));
    }
    return word.toString();
  }

  private static String cut(Masker masker, String text, SplittableRandom random)
      throws IOException {
    var out = new ByteArrayOutputStream();
    var stream = masker.stream(out::write);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int from = 0; from < bytes.length; ) {
      int length = Math.min(bytes.length - from, 1 + random.nextInt(12));
      stream.write(bytes, from, length);
      from += length;
    }
    stream.end();
    return out.toString(StandardCharsets.UTF_8);
  }

  private static void write(Masker.Stream stream, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    stream.write(bytes, 0, bytes.length);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean decodable(String masked, String part) {
    for (String piece : masked.split("[^A-Za-z0-9+/]+", -1)) {
      String usable = piece.substring(0, piece.length() / 4 * 4);
      if (new String(Base64.getDecoder().decode(usable), StandardCharsets.UTF_8).contains(part)) {
        return true;
      }
    }
    return false;
  }
}
