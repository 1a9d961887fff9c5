package io.windlass.webhooks.dashboard;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.run.RunId;
import io.windlass.engine.source.RepositoryName;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.webhooks.api.Problem;
import io.windlass.webhooks.view.Addresses;
import io.windlass.webhooks.view.Frame;
import io.windlass.webhooks.view.Section;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads what a browser asks for; what does not fit is a {@link Problem}. */
final class Request {
  /** Who asked, as the engine's records name it: there is one administrator. */
  static final String WHO = "dashboard";

  private static final int LONGEST_TEXT = 1_000;

  private final Context context;

  Request(Context context) {
    this.context = context;
  }

  RepositoryName repository() {
    String name = context.pathParam("owner") + "/" + context.pathParam("repository");
    return RepositoryName.parse(name)
        .orElseThrow(() -> Problem.notFound("there is no repository '" + name + "'"));
  }

  RunId run() {
    return new RunId(repository().toString(), number(context.pathParam("number")));
  }

  EnvironmentId environment() {
    try {
      return new EnvironmentId(repository().toString(), context.pathParam("environment"));
    } catch (IllegalArgumentException e) {
      throw Problem.notFound("there is no environment '" + context.pathParam("environment") + "'");
    }
  }

  FleetId fleet() {
    return new FleetId(environment().toString(), context.pathParam("process"));
  }

  /** A parameter of the query; empty where it is absent or blank. */
  Optional<String> query(String name) {
    return given(context.queryParam(name));
  }

  Optional<Long> queryNumber(String name) {
    return query(name).map(Request::number);
  }

  /** A field of a form; empty where it is absent or blank. */
  Optional<String> form(String name) {
    return given(context.formParam(name));
  }

  /** A field that a person must have filled in. */
  String reason() {
    String reason =
        form("reason")
            .orElseThrow(() ->
                Problem.badRequest(
                    "no reason was given; go back and say why, others will read it"));
    if (reason.length() > LONGEST_TEXT) {
      throw Problem.badRequest(
          "the reason has "
              + reason.length()
              + " characters; go back and say it in at most "
              + LONGEST_TEXT);
    }
    return reason;
  }

  static long number(String text) {
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw Problem.badRequest("'" + text + "' is not a whole number");
  }

  /** This page's frame. */
  Frame frame(String title, String section, int every) {
    String query = context.queryString();
    return new Frame(
        title,
        section,
        context.path() + (query == null ? "" : "?" + query),
        events(section),
        every);
  }

  /** The frame of a page that answers a question once: it is not looked up again by itself. */
  Frame still(String title, String section) {
    Frame moving = frame(title, section, Frame.NEVER);
    return new Frame(title, section, moving.here(), "", Frame.NEVER);
  }

  /** The events of what a section shows; a page below a repository hears of that one only. */
  private String events(String section) {
    Optional<RepositoryName> repository =
        Optional.of(context.pathParamMap())
            .filter(path -> path.containsKey("owner"))
            .map(_ -> repository());
    return Section.ALL.stream()
        .filter(one -> one.name().equals(section))
        .findFirst()
        .map(one -> Addresses.events(one.shows(), repository.map(RepositoryName::toString)))
        .orElse("");
  }

  /** This page's address with another value of one parameter. */
  String with(String name, String value) {
    Map<String, String> query = new LinkedHashMap<>();
    context
        .queryParamMap()
        .forEach((key, values) -> {
          if (!values.isEmpty() && !values.getFirst().isBlank()) {
            query.put(key, values.getFirst());
          }
        });
    query.put(name, value);
    return context.path()
        + query.entrySet().stream()
            .map(one -> Addresses.segment(one.getKey()) + "=" + Addresses.segment(one.getValue()))
            .collect(Collectors.joining("&", "?", ""));
  }

  /** Sends the browser to a page after a form has done its work. */
  void done(String address) {
    context.redirect(address, HttpStatus.SEE_OTHER);
  }

  private static Optional<String> given(@Nullable String value) {
    return Optional.ofNullable(value).map(String::strip).filter(text -> !text.isEmpty());
  }
}
