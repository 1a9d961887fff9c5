package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.windlass.engine.kubernetes.part.PodSite;
import io.windlass.engine.kubernetes.workload.Exposure;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/**
 * Requests that never end, each to the endpoint that a router would have chosen from the route's
 * weights and the services' endpoint slices as they are at that moment.
 */
final class Traffic implements AutoCloseable {
  private final World world;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Random random = new Random(7);
  private final SharedIndexInformer<EndpointSlice> slices;
  private final List<SharedIndexInformer<?>> routes = new ArrayList<>();
  private final Supplier<Map<String, Double>> weights;
  private final Thread thread;
  private final List<String> failures = new ArrayList<>();
  private final Map<Long, Integer> answers = new TreeMap<>();
  private volatile boolean over;
  private int period;

  Traffic(World world) {
    this.world = world;
    this.slices =
        world.client().discovery().v1().endpointSlices().inNamespace(world.namespace()).inform();
    this.weights =
        switch (world.exposure()) {
          case Exposure.None none -> world::weights;
          case Exposure.ByGateway by -> {
            var seen =
                watched(world.client().resources(HTTPRoute.class).inNamespace(world.namespace()));
            yield () -> GatewayKinds.weights(seen.getStore().list());
          }
          case Exposure.ByIngress by -> {
            var seen =
                watched(world.client().network().v1().ingresses().inNamespace(world.namespace()));
            yield () -> IngressNginx.weights(seen.getStore().list(), World.HOST);
          }
        };
    this.thread = Thread.ofVirtual().start(this::run);
  }

  private <T> SharedIndexInformer<T> watched(Informable<T> kind) {
    SharedIndexInformer<T> informer = kind.inform();
    routes.add(informer);
    return informer;
  }

  private void run() {
    while (!over) {
      ask();
    }
  }

  private void ask() {
    int begun = period();
    Optional<Endpoint> endpoint = choose(service());
    if (endpoint.isEmpty()) {
      fail("no endpoint");
      return;
    }
    HttpRequest request =
        HttpRequest.newBuilder(PodSite.reach(endpoint.get().getAddresses().getFirst(), 8080))
            .timeout(Duration.ofSeconds(5))
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      count(begun, answer);
    } catch (IOException e) {
      fail(e + " from " + endpoint.get().getTargetRef().getName());
    } catch (InterruptedException e) {
      over = true;
    }
  }

  private synchronized int period() {
    return period;
  }

  /** An answer to a request from before the last call is not of this period. */
  private synchronized void count(int begun, HttpResponse<String> answer) {
    if (answer.statusCode() != 200) {
      failures.add(answer.statusCode() + " " + answer.body());
    } else if (begun == period) {
      answers.merge(Long.parseLong(answer.body().split(" ")[0]), 1, Integer::sum);
    }
  }

  private synchronized void fail(String why) {
    failures.add(why);
  }

  private String service() {
    double at = random.nextDouble();
    String last = "";
    for (var weight : weights.get().entrySet()) {
      if (weight.getValue() > 0) {
        last = weight.getKey();
        at -= weight.getValue();
        if (at < 0) {
          return last;
        }
      }
    }
    return last;
  }

  private Optional<Endpoint> choose(String service) {
    List<Endpoint> ready =
        slices.getStore().list().stream()
            .filter(slice ->
                service.equals(slice.getMetadata().getLabels().get("kubernetes.io/service-name")))
            .filter(slice -> slice.getEndpoints() != null)
            .flatMap(slice -> slice.getEndpoints().stream())
            .filter(endpoint -> !Boolean.FALSE.equals(endpoint.getConditions().getReady()))
            .toList();
    return ready.isEmpty()
        ? Optional.empty()
        : Optional.of(ready.get(random.nextInt(ready.size())));
  }

  /** What each release answers of the requests from now on, once there are so many answers. */
  Map<Long, Double> shares(int answered) {
    synchronized (this) {
      answers.clear();
      period++;
    }
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> total() >= answered);
    synchronized (this) {
      int total = total();
      Map<Long, Double> shares = new TreeMap<>();
      answers.forEach((release, count) -> shares.put(release, (double) count / total));
      return shares;
    }
  }

  private synchronized int total() {
    return answers.values().stream().mapToInt(n -> n).sum() + failures.size();
  }

  synchronized List<String> failures() {
    return List.copyOf(failures);
  }

  @Override
  public void close() throws InterruptedException {
    over = true;
    thread.join();
    slices.close();
    routes.forEach(SharedIndexInformer::close);
    http.close();
  }
}
