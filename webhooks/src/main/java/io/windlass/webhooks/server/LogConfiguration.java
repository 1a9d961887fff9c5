package io.windlass.webhooks.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.Map;

/**
 * Where log records go and what they look like: one line each on standard error; time, level, what
 * happened, then who and where as key-values.
 *
 * <p>In code and not in a {@code logback.xml}, because reading one loads an XML parser and some 500
 * classes that stay in the memory of server and keeper for as long as they run. A file that is
 * named by {@code -Dlogback.configurationFile}, or a {@code logback.xml} on the class path, comes
 * before this.
 */
@ConfiguratorRank(ConfiguratorRank.NOMINAL)
public final class LogConfiguration extends ContextAwareBase implements Configurator {
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX,UTC} %-5level %msg %kvp"
          + " %replace(%logger{0}){'^(.*)$','source=\"$1\"'}%n%ex{short}";

  private static final Map<String, Level> QUIETER =
      Map.of(
          "org.quartz", Level.WARN,
          "org.eclipse.jetty", Level.ERROR,
          "io.javalin", Level.WARN,
          "org.flywaydb", Level.WARN,
          "com.zaxxer.hikari", Level.WARN,
          "com.google.cloud.tools.jib", Level.WARN,
          "org.apache.http", Level.WARN,
          "org.eclipse.jgit", Level.WARN,
          // The other side of a clone by file://; what it refuses comes back to us as an answer.
          "org.eclipse.jgit.transport.UploadPack", Level.OFF);

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName("console");
    console.setTarget(ConsoleTarget.SystemErr.getName());
    console.setEncoder(encoder);
    console.start();
    QUIETER.forEach((logger, level) -> context.getLogger(logger).setLevel(level));
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(console);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
