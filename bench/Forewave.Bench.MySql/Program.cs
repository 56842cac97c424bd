namespace Forewave.Bench.MySql;

/// <summary>What the server alone can do, in the ways that the store could use it: for bench/mysql.sh and bench/mysql-write-path.sh.</summary>
internal static class Program
{
    /// <summary>0 when it ran, 1 when it failed, 2 for wrong usage.</summary>
    private static int Main(string[] arguments)
    {
        try
        {
            BenchOptions options = BenchOptions.Read(arguments);
            BenchFigures figures = options.Mode switch
            {
                "probe" => new BulkProbe(options).Run(),
                "naive" => new NaiveQueue(options).Run(),
                "log" => new LogAndMover(options).Run(),
                "direct" => new DirectInserts(options).Run(),
                _ => throw new FormatException($"{options.Mode} is no mode"),
            };
            Console.WriteLine(figures.ToJson());
            return 0;
        }
        catch (FormatException wrong)
        {
            Console.Error.WriteLine($"{wrong.Message}\n\n{BenchOptions.Usage}");
            return 2;
        }
        catch (Exception failed)
        {
            Console.Error.WriteLine(failed.Message);
            return 1;
        }
    }
}
