package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import io.windlass.engine.kubernetes.workload.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a Certificate of cert-manager may say, where the operator lets repositories bring some.
 * cert-manager writes over any Secret that it names, and its issuer is everybody's: it is kept in a
 * Secret of its own, and is for hosts, which are granted as an Ingress' are.
 */
final class CertificateRules {
  private static final String GROUP = "cert-manager.io";
  private static final Set<String> SPEC =
      Set.of("secretName", "issuerRef", "dnsNames", "privateKey", "revisionHistoryLimit");

  private CertificateRules() {}

  /** Of whatever version. */
  static boolean isCertificate(Brought object) {
    return isOf(object, "Certificate");
  }

  /** Of the environment's namespace. */
  static boolean isIssuer(Brought object) {
    return isOf(object, "Issuer");
  }

  private static boolean isOf(Brought object, String kind) {
    return object.is(kind) && object.apiVersion().startsWith(GROUP + "/");
  }

  static void check(Brought certificate, Terms terms, Findings findings) {
    JsonNode spec = certificate.tree().path("spec");
    findings.only(spec, "spec", SPEC, "; a certificate of a repository is for dnsNames");
    String own = Names.broughtCertificate(terms.environment(), certificate.name());
    if (!own.equals(secret(certificate))) {
      findings.say(
          "spec.secretName",
          "is \"%s\"; write %s, which is no other one's".formatted(secret(certificate), own));
    }
    if (spec.path("dnsNames").isEmpty()) {
      findings.say("spec.dnsNames", "is empty");
    }
    for (JsonNode host : spec.path("dnsNames")) {
      if (!host.isTextual()) {
        findings.say("spec.dnsNames", "has what is no text; put it in quotes");
      }
    }
  }

  /** What they may not say together. */
  static List<String> checkAll(List<Brought> objects, Terms terms) {
    List<String> problems = new ArrayList<>();
    Set<String> hosts = new TreeSet<>();
    among(objects)
        .forEach(certificate -> {
          hosts.addAll(hosts(certificate));
          if (!mayIssue(certificate.tree().path("spec").path("issuerRef"), objects, terms)) {
            problems.add(
                certificate
                    + ": spec.issuerRef is neither an Issuer that is brought nor what the target has under certificates");
          }
        });
    terms
        .issuer()
        .filter(issuer -> hosts.size() > issuer.mostHosts())
        .ifPresent(issuer ->
            problems.add(
                "The Certificates are for %d hosts and the target gives an environment certificates for %d; let the operator raise certificates.max"
                    .formatted(hosts.size(), issuer.mostHosts())));
    return problems;
  }

  private static boolean mayIssue(JsonNode issuer, List<Brought> objects, Terms terms) {
    String name = issuer.path("name").asText();
    String kind = issuer.path("kind").asText("Issuer");
    boolean brought =
        kind.equals("Issuer")
            && objects.stream()
                .filter(CertificateRules::isIssuer)
                .anyMatch(o -> o.name().equals(name));
    boolean targets =
        terms.issuer().filter(of -> of.name().equals(name) && of.kind().equals(kind)).isPresent();
    return issuer.path("group").asText(GROUP).equals(GROUP) && (brought || targets);
  }

  /** The certificates among these objects. */
  static Stream<Brought> among(List<Brought> objects) {
    return objects.stream().filter(CertificateRules::isCertificate);
  }

  /** In which it is kept. */
  static String secret(Brought certificate) {
    return certificate.tree().path("spec").path("secretName").asText();
  }

  /** Whom it is for. */
  static Set<String> hosts(Brought certificate) {
    Set<String> hosts = new TreeSet<>();
    certificate.tree().path("spec").path("dnsNames").forEach(host -> hosts.add(host.asText()));
    return hosts;
  }
}
