package io.windlass.webhooks.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class LogConfigurationTest {

  @Test
  void aRecordIsOneLineWithItsTimeWhatHappenedAndTheKeyValues() {
    String said =
        logged(context ->
            context
                .getLogger("io.windlass.webhooks.server.Chores")
                .atInfo()
                .addKeyValue("repository", "acme/shop")
                .log("looked for missed commits"));

    assertThat(said)
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  looked for missed commits"
                + " repository=\"acme/shop\" source=\"Chores\"\\R");
  }

  @Test
  void whatLibrariesSayAboutThemselvesIsLeftOut() {
    assertThat(logged(context -> context.getLogger("org.eclipse.jetty.server.Server").warn("x")))
        .isEmpty();
    assertThat(logged(context -> context.getLogger("org.quartz.core.Q").info("x"))).isEmpty();
  }

  @Test
  void logbackFindsItWhereNoFileSaysOtherwise() {
    assertThat(ServiceLoader.load(Configurator.class))
        .hasAtLeastOneElementOfType(LogConfiguration.class);
  }

  private interface Saying {
    void with(LoggerContext context);
  }

  private static String logged(Saying saying) {
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      LoggerContext context = new LoggerContext();
      context.setMDCAdapter(new LogbackMDCAdapter());
      new LogConfiguration().configure(context);
      saying.with(context);
      assertThat(context.getLogger("io.windlass").getEffectiveLevel()).isEqualTo(Level.INFO);
      context.stop();
    } finally {
      System.setErr(before);
    }
    return said.toString(StandardCharsets.UTF_8);
  }
}
