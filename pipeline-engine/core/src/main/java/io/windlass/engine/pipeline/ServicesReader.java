package io.windlass.engine.pipeline;

import io.windlass.engine.pipeline.ServiceSpec.Look;
import io.windlass.engine.pipeline.ServiceSpec.Ready;
import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Node.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the {@code services:} of a step. */
record ServicesReader(Forms forms) {
  private static final Duration LONGEST = Duration.ofMinutes(30);
  private static final int HIGHEST_USER = 2_000_000_000;

  List<ServiceSpec> read(Fields services) {
    List<ServiceSpec> out = new ArrayList<>();
    Map<Integer, String> ports = new HashMap<>();
    for (Entry e : services.entries().stream().limit(forms.limits().services()).toList()) {
      Forms.isName(e, services.path(), Forms.NAME, services.problems());
      Fields.of(e.value(), services.path(e.name()), services.problems())
          .ifPresent(f -> service(e.name(), f, ports).ifPresent(out::add));
    }
    Forms.atMost(
        services.entries().size(),
        forms.limits().services(),
        "services",
        services.at(),
        services.path(),
        services.problems());
    return out;
  }

  private Optional<ServiceSpec> service(String name, Fields f, Map<Integer, String> ports) {
    f.require("image", "port");
    Optional<String> image = f.value("image", Forms::stepImage);
    Optional<String> run = f.value("run", forms::shell);
    Map<String, String> env = forms.variables(f, "env");
    List<String> secrets = forms.secrets(f);
    Optional<Integer> port = AppReader.port(f);
    port.map(p -> ports.putIfAbsent(p, name))
        .ifPresent(other ->
            f.problems()
                .say(
                    f.at("port"),
                    f.path("port"),
                    "the port of \"" + other + "\"; services of a step share one localhost"));
    Ready ready =
        f.fields("ready")
            .map(this::ready)
            .orElseGet(() -> new Ready(new Look.Port(), Defaults.SERVICE_WITHIN));
    Optional<Integer> user = f.integer("user", 1, HIGHEST_USER);
    Resources resources = f.value("resources", Resources::read).orElse(Resources.UNSAID);
    f.done();
    return image.flatMap(
        i -> port.map(p -> new ServiceSpec(name, i, run, env, secrets, p, ready, user, resources)));
  }

  private Ready ready(Fields f) {
    Optional<String> run = f.value("run", forms::shell);
    Optional<String> path = f.value("path", AppReader::urlPath);
    if (run.isPresent() && path.isPresent()) {
      f.problems().say(f.at("path"), f.path(), "both \"run\" and \"path\"; use one of them");
    }
    Duration within =
        f.duration("within", Duration.ofSeconds(1), LONGEST).orElse(Defaults.SERVICE_WITHIN);
    f.done();
    Optional<Look> look = run.map(Look.Run::new);
    return new Ready(look.or(() -> path.map(Look.Path::new)).orElseGet(Look.Port::new), within);
  }
}
