package io.windlass.webhooks.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.source.RepositoryName;
import io.windlass.scaler.syntax.Source;
import io.windlass.webhooks.settings.SettingsEditor.Edit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsEditorTest {

  private static final RepositoryName SHOP = RepositoryName.of("acme/shop");

  private static Edit add(String text) {
    return SettingsEditor.addRepository(
        new Source("server.yaml", text), SHOP, List.of("secret: { file: s }", "hook-id: [1]"));
  }

  private static String changed(String text) {
    return ((Edit.Changed) add(text)).text();
  }

  @Test
  void theEntryComesBeforeTheOthersWithTheirIndentationAndNothingElseChanges() {
    assertThat(
            changed(
                """
                # mine
                repositories:   # the believed
                    # first
                    acme/site:   # old
                        secret: { file: x }
                scaler: { tick: 2s } # fast
                """))
        .isEqualTo(
            """
            # mine
            repositories:   # the believed
                # first
                acme/shop:
                  secret: { file: s }
                  hook-id: [1]
                acme/site:   # old
                    secret: { file: x }
            scaler: { tick: 2s } # fast
            """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# only a comment\n", "server: {}\n"})
  void aFileWithoutRepositoriesGetsTheSectionAtItsEnd(String text) {
    assertThat(changed(text))
        .isEqualTo(
            text + "repositories:\n  acme/shop:\n    secret: { file: s }\n    hook-id: [1]\n");
  }

  @Test
  void aLastLineWithoutAnEndGetsOne() {
    assertThat(changed("server: {}")).startsWith("server: {}\nrepositories:\n");
  }

  @Test
  void anEmptySectionIsFilled() {
    assertThat(changed("repositories: # none yet\nserver: {}\n"))
        .isEqualTo(
            "repositories: # none yet\n  acme/shop:\n    secret: { file: s }\n    hook-id: [1]\n"
                + "server: {}\n");
  }

  @Test
  void lineEndsStayAsTheyAre() {
    assertThat(changed("repositories:\r\n  a/b:\r\n    token: { env: T }\r\n").replace("\r\n", ""))
        .doesNotContain("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "repositories: { a/b: {} }\n",
        "{ server: {} }\n",
        "repositories: [a]\n",
        "a: [\n",
        "server: {}\n...\n"
      })
  void whatCannotBeAddedToSafelyIsLeftAlone(String text) {
    assertThat(add(text)).isInstanceOf(Edit.Refused.class);
  }

  @Test
  void aRepositoryThatIsThereIsNotAddedAgain() {
    assertThat(add("repositories:\n  Acme/Shop:\n"))
        .isEqualTo(
            new Edit.Refused(
                "Tried to add repository \"acme/shop\" to \"server.yaml\" but it is there already;"
                    + " change it there"));
  }
}
