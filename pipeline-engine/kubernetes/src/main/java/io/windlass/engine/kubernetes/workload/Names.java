package io.windlass.engine.kubernetes.workload;

import io.windlass.engine.image.Digest;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.Volume;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The names of an environment's objects: always the same for the same environment, and allowed as
 * DNS labels. Two environments can have equal names only where one namespace holds both; the label
 * {@link Labels#ENVIRONMENT} tells them apart then, and nothing is applied over another's.
 */
public final class Names {
  /** Leaves room for a process, and for what the cluster puts behind a name, in 63 characters. */
  private static final int APP = 40;

  /** With the suffix of the second workload and a dash, what the cluster keeps of a pod's name. */
  private static final int BASE = 51;

  private static final int DNS = 63;
  private static final Pattern CLEAR_HOST = Pattern.compile("[a-z0-9.]+");
  private static final String NEXT = "-next";
  private static final String TLS = "-tls";

  private Names() {}

  /** {@code shop-production}. */
  public static String app(EnvironmentId environment) {
    String repository =
        environment.repository().substring(environment.repository().indexOf('/') + 1);
    return dns(repository + "-" + environment.name(), environment.toString(), APP);
  }

  /** {@code shop-production-web}: a process' Service, disruption budget, and first workload. */
  public static String process(EnvironmentId environment, String process) {
    String plain = app(environment) + "-" + process;
    String identity = environment + "/" + process;
    boolean likeAnother = process.endsWith(Slot.GREEN.suffix()) || process.endsWith(NEXT);
    return likeAnother ? hashed(plain, identity, BASE) : dns(plain, identity, BASE);
  }

  /** {@code shop-production-web} or {@code shop-production-web-green}. */
  public static String workload(EnvironmentId environment, String process, Slot slot) {
    return process(environment, process) + slot.suffix();
  }

  /** {@code shop-production-web-next}: what is on its way in, while requests are weighed. */
  public static String next(EnvironmentId environment, String process) {
    return process(environment, process) + NEXT;
  }

  /** {@code web}: a process' container, and its label; a name of ours may end with a dash. */
  public static String component(String process) {
    return process.endsWith("-") ? hashed(process, process, DNS) : process;
  }

  /** {@code shop-production-r41}: the values of a release's secrets. */
  public static String secret(ReleaseId release) {
    return app(release.environment()) + "-r" + release.number();
  }

  /** {@code shop-production-release-41}: the record of a release. */
  public static String record(ReleaseId release) {
    return app(release.environment()) + "-release-" + release.number();
  }

  /** {@code shop-production-run-1f3a9c04}: the Job of a release's command. */
  public static String command(ReleaseId release, String id) {
    return app(release.environment()) + "-run-" + hash(release + " " + id);
  }

  /** {@code shop-production-windlass}: how the environment is divided. */
  public static String state(EnvironmentId environment) {
    return app(environment) + "-windlass";
  }

  /** {@code shop-production-certificates}: when certificates were asked for. */
  public static String certificates(EnvironmentId environment) {
    return app(environment) + "-certificates";
  }

  /** {@code shop-production-shop-example-com}: the HTTPRoute of a host. */
  static String route(EnvironmentId environment, String host) {
    return ofHost(environment, host, DNS);
  }

  /** A dash stands for a dot, so that a host with a dash of its own has a hash. */
  private static String ofHost(EnvironmentId environment, String host, int most) {
    String plain = app(environment) + "-" + plain(host);
    String identity = environment + " " + host;
    return CLEAR_HOST.matcher(host).matches()
        ? dns(plain, identity, most)
        : hashed(plain, identity, most);
  }

  /** {@code shop-production-shop-example-com-tls}: a host's Certificate, and its Secret. */
  static String certificate(EnvironmentId environment, String host) {
    return ofHost(environment, host, DNS - TLS.length()) + TLS;
  }

  /**
   * {@code shop-production.api}: the Secret of a Certificate that the repository brings. No other
   * name of ours has a dot, so that it is no other environment's, whatever the Certificate is
   * called.
   */
  public static String broughtCertificate(EnvironmentId environment, String certificate) {
    return app(environment) + "." + certificate;
  }

  /**
   * {@code shop-production-web-data}, or {@code shop-production-uploads} of a volume that is
   * shared: where a volume's files are.
   */
  static String claim(EnvironmentId environment, String process, Volume volume) {
    String owner = volume.shared() ? "" : process;
    String plain = app(environment) + (owner.isEmpty() ? "-" : "-" + owner + "-") + volume.name();
    String identity = environment + " " + owner + " " + volume.name();
    boolean clear = !owner.contains("-") && !volume.name().contains("-");
    return clear ? dns(plain, identity, DNS) : hashed(plain, identity, DNS);
  }

  private static String dns(String text, String identity, int most) {
    String plain = plain(text);
    boolean fits = plain.length() <= most && Character.isLetter(plain.charAt(0));
    return fits ? plain : hashed(plain, identity, most);
  }

  private static String plain(String text) {
    String plain =
        text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    return plain.isEmpty() ? "-" : plain;
  }

  private static String hashed(String plain, String identity, int most) {
    String readable = Character.isLetter(plain.charAt(0)) ? plain : "app-" + plain;
    return cut(readable, most - HASH - 1) + "-" + hash(identity);
  }

  static final int HASH = 8;

  static String hash(String identity) {
    return Digest.of(identity.getBytes(StandardCharsets.UTF_8)).hex().substring(0, HASH);
  }

  static String cut(String text, int most) {
    return text.substring(0, Math.min(text.length(), most)).replaceAll("[^A-Za-z0-9]+$", "");
  }
}
