import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;

/** A thread for each warehouse. They share a number of transactions, taking a few at a time, so that
 *  all are at work until nearly the end whoever is slow. */
final class Crew {
    private static final int TAKEN = 8;

    private final CyclicBarrier start, end;
    private final AtomicLong left = new AtomicLong();
    private volatile Throwable failure;
    private boolean timed; // written while all wait at the barrier

    Crew(Company company) {
        int count = company.warehouses.length;
        start = new CyclicBarrier(count + 1);
        end = new CyclicBarrier(count + 1);
        for (Warehouse w : company.warehouses) {
            Thread t = new Thread(() -> work(w));
            t.setDaemon(true);
            t.start();
        }
    }

    private void work(Warehouse w) {
        try {
            for (;;) {
                start.await();
                try {
                    for (long n; (n = left.getAndAdd(-TAKEN)) > 0;)
                        for (long i = Math.min(n, TAKEN); i > 0; i--)
                            if (timed && w.times.due())
                                time(w);
                            else
                                w.transact();
                } catch (Throwable t) { // also that memory is used up
                    failure = t;
                    left.set(0);
                }
                end.await();
            }
        } catch (Exception e) {
            failure = e;
        }
    }

    private static void time(Warehouse w) {
        long from = System.nanoTime();
        w.transact();
        w.times.add(System.nanoTime() - from);
    }

    /** Do so many transactions, by all; timed: look how long some of them take. */
    void run(long count, boolean look) throws Throwable {
        left.set(count);
        timed = look;
        start.await();
        end.await();
        if (failure != null)
            throw failure;
    }
}
