import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/**
 * The Java program of vmtax's workload `jbb`: a company in the manner of SPECjbb2005 as its public
 * documents describe it. It is started by vmtax-agent (workloads/jbb.c) with the number of warehouses
 * and a seed, warms up, and then does as its input says, a line each:
 *
 *   go N      so many transactions, then `done ops=N`
 *   go N timed    the same, and how long some of them take is kept
 *   times     what was kept since the last time: `time ns=... n=...`, as often as there is something,
 *             then `times n=...`
 *   check     are the books right? `right`, or `wrong text=...`
 *
 * It begins with `ready`, ends with its input, and says `failed text=...` before it ends otherwise.
 * With --digest WAREHOUSES N it does N transactions for each warehouse in turn, in one thread, and
 * prints their digest, the same everywhere; with a fourth argument something is wrong before the
 * books are looked at: of a balance, of what left a stock, or of the number of orders.
 */
final class Main {
    private static final int WAREHOUSES_MAX = 8;
    /** Steady: of the windows of WINDOW_NS each of the last STEADY differs from their mean by less
     *  than TOLERANCE. No longer than WARM_NS in all. */
    private static final long WINDOW_NS = 200_000_000L, WARM_NS = 5_000_000_000L;
    private static final int STEADY = 4;
    private static final double TOLERANCE = 0.05;

    private Main() {
    }

    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, true);
        try {
            if (args.length >= 3 && args[0].equals("--digest"))
                digest(out, warehouses(args[1]), Long.parseLong(args[2]),
                       args.length > 3 ? args[3] : "");
            else if (args.length == 2)
                serve(out, warehouses(args[0]), Long.parseLong(args[1]));
            else
                throw new IllegalArgumentException("it is started by vmtax-agent");
        } catch (OutOfMemoryError e) {
            fail(out, "the JVM is out of memory (" + e.getMessage() + ")");
        } catch (Throwable e) {
            fail(out, e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private static int warehouses(String text) {
        int n = Integer.parseInt(text);
        if (n < 1 || n > WAREHOUSES_MAX)
            throw new IllegalArgumentException("from 1 to " + WAREHOUSES_MAX + " warehouses");
        return n;
    }

    private static Company open(int warehouses, long seed) {
        Company c = new Company(warehouses, seed);
        for (Warehouse w : c.warehouses)
            w.open();
        return c;
    }

    private static void fail(PrintStream out, String text) {
        out.println("failed text=" + encode(text));
        System.exit(1);
    }

    /** As the values of vmtax's records are written. */
    private static String encode(String text) {
        StringBuilder s = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
                || b == '.' || b == '-' || b == '_' || b == ':' || b == '+';
            if (plain)
                s.append((char) b);
            else
                s.append(String.format("%%%02x", b & 0xff));
        }
        return s.toString();
    }

    /** Something that no transaction does. */
    private static void falsify(Warehouse w, String what) {
        District.Customer one = w.districts[0].customers[0];
        if (what.equals("balance"))
            one.balance = one.balance.subtract(BigDecimal.valueOf(1, 2));
        else if (what.equals("stock"))
            w.stocks.get(0).taken++;
        else if (what.equals("lines"))
            w.stocks.get(0).takes++;
        else if (what.equals("order"))
            w.districts[0].created++;
        else if (what.equals("delivery"))
            w.districts[0].delivered--;
        else if (what.equals("count"))
            w.done[0]++;
        else if (!what.isEmpty())
            throw new IllegalArgumentException("nothing is called " + what);
    }

    private static void digest(PrintStream out, int warehouses, long count, String fault) {
        Company c = open(warehouses, 1);
        for (long i = 0; i < count; i++)
            for (Warehouse w : c.warehouses)
                w.transact();
        falsify(c.warehouses[0], fault);
        String wrong = c.check();
        if (wrong != null)
            throw new IllegalStateException(wrong);
        out.printf("%016x%n", c.digest());
    }

    private static void serve(PrintStream out, int warehouses, long seed) throws Throwable {
        Company c = open(warehouses, seed);
        Crew crew = new Crew(c);
        ready(out, crew);
        for (Warehouse w : c.warehouses)
            new Times().take(w.times); // of the warm-up
        BufferedReader in = new BufferedReader(
            new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line; (line = in.readLine()) != null;) {
            String[] words = line.split(" ");
            if (words[0].equals("go") && words.length >= 2) {
                long n = Long.parseLong(words[1]);
                crew.run(n, words.length > 2 && words[2].equals("timed"));
                out.println("done ops=" + n);
            } else if (line.equals("times")) {
                Times all = new Times();
                for (Warehouse w : c.warehouses)
                    all.take(w.times);
                all.tell(out);
            } else if (line.equals("check")) {
                String wrong = c.check();
                out.println(wrong == null ? "right" : "wrong text=" + encode(wrong));
            } else {
                throw new IOException("there is no request " + line);
            }
        }
    }

    /** Warm until steady; the last windows' mean tells the agent how large a batch is. */
    private static void ready(PrintStream out, Crew crew) throws Throwable {
        double[] last = new double[STEADY];
        long begun = System.nanoTime(), count = 16;
        boolean steady = false;
        for (int n = 0; !steady && System.nanoTime() - begun < WARM_NS; n++) {
            long from = System.nanoTime(), done = 0, took;
            do {
                crew.run(count, true); // as it will be asked
                done += count;
                took = System.nanoTime() - from;
                if (took < WINDOW_NS / 10)
                    count *= 2;
            } while (took < WINDOW_NS);
            last[n % STEADY] = 1e9 * done / took;
            steady = n >= STEADY && spread(last) < TOLERANCE;
        }
        out.printf("ready name=%s version=%s steady=%d warm_ms=%d rate=%d%n",
                   encode(System.getProperty("java.vm.name").split(" ")[0]),
                   encode(System.getProperty("java.version")), steady ? 1 : 0,
                   (System.nanoTime() - begun) / 1_000_000, (long) mean(last));
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double v : values)
            sum += v;
        return sum / values.length;
    }

    /** The largest distance from the mean, relative to it. */
    private static double spread(double[] values) {
        double mean = mean(values), most = 0;
        for (double v : values)
            most = Math.max(most, Math.abs(v - mean) / mean);
        return most;
    }
}
