package io.windlass.webhooks.server;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.quartz.impl.StdSchedulerFactory;
import org.quartz.spi.JobFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens by the clock, on Quartz. One thread fires; what is fired only tells the journal or
 * fills a slot, and returns. Schedules live in memory and are made anew from the settings and the
 * repositories' files at each start.
 */
final class Clockwork implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Clockwork.class);
  private static final String ONCE_GROUP = "once";
  private static final String INTERVAL_GROUP = "interval";

  private final Map<JobKey, Consumer<Instant>> actions = new ConcurrentHashMap<>();
  private final Scheduler quartz;

  Clockwork() throws SchedulerException {
    Properties properties = new Properties();
    properties.setProperty("org.quartz.scheduler.instanceName", "windlass");
    properties.setProperty("org.quartz.scheduler.skipUpdateCheck", "true");
    properties.setProperty("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool");
    properties.setProperty("org.quartz.threadPool.threadCount", "1");
    properties.setProperty("org.quartz.threadPool.makeThreadsDaemons", "true");
    properties.setProperty("org.quartz.scheduler.makeSchedulerThreadDaemon", "true");
    properties.setProperty("org.quartz.jobStore.class", "org.quartz.simpl.RAMJobStore");
    quartz = new StdSchedulerFactory(properties).getScheduler();
    JobFactory factory = (bundle, _) -> new Fire(actions, bundle.getJobDetail().getKey());
    quartz.setJobFactory(factory);
  }

  /** Begins to fire. */
  void start() throws SchedulerException {
    quartz.start();
  }

  /**
   * Fires {@code action} again and again; where one firing is late the missed ones are not made up
   * for.
   */
  void every(String name, Duration interval, Consumer<Instant> action) throws SchedulerException {
    Trigger trigger =
        TriggerBuilder.newTrigger()
            .withIdentity(name, INTERVAL_GROUP)
            .startAt(Date.from(Instant.now().plus(interval)))
            .withSchedule(
                SimpleScheduleBuilder.simpleSchedule()
                    .withIntervalInMilliseconds(interval.toMillis())
                    .repeatForever()
                    .withMisfireHandlingInstructionNextWithRemainingCount())
            .build();
    schedule(name, INTERVAL_GROUP, trigger, action);
  }

  /**
   * Fires {@code action} once at {@code due}, or at once where that has passed; who wants more asks
   * again from the action. Cron schedules are given as their next instant: Quartz's own cron
   * triggers skip what falls into the hour that is left out in spring.
   *
   * @param name replaces what was scheduled under it before
   */
  void once(String name, Instant due, Consumer<Instant> action) throws SchedulerException {
    Trigger trigger =
        TriggerBuilder.newTrigger()
            .withIdentity(name, ONCE_GROUP)
            .startAt(Date.from(due))
            .withSchedule(
                SimpleScheduleBuilder.simpleSchedule().withMisfireHandlingInstructionFireNow())
            .build();
    schedule(name, ONCE_GROUP, trigger, action);
  }

  /** Forgets what was to happen once; nothing happens where there is nothing. */
  void forget(String name) throws SchedulerException {
    JobKey key = JobKey.jobKey(name, ONCE_GROUP);
    quartz.deleteJob(key);
    actions.remove(key);
  }

  private void schedule(String name, String group, Trigger trigger, Consumer<Instant> action)
      throws SchedulerException {
    JobDetail job = JobBuilder.newJob(Fire.class).withIdentity(name, group).build();
    actions.put(job.getKey(), action);
    quartz.scheduleJob(job, Set.of(trigger), true);
  }

  @Override
  public void close() {
    try {
      quartz.shutdown(true);
    } catch (SchedulerException e) {
      LOG.atWarn().setCause(e).log("the scheduler did not end cleanly");
    }
  }

  /** Quartz wants a job of a class; this one looks up what to do. */
  private record Fire(Map<JobKey, Consumer<Instant>> actions, JobKey key) implements Job {
    @Override
    public void execute(JobExecutionContext context) {
      try {
        Consumer<Instant> action = actions.get(key);
        if (action != null) {
          action.accept(context.getScheduledFireTime().toInstant());
        }
      } catch (RuntimeException e) {
        // Quartz would only log it as well; the next firing must still come.
        LOG.atError()
            .setCause(e)
            .addKeyValue("schedule", key.getName())
            .log("what was due by the clock failed");
      }
    }
  }
}
