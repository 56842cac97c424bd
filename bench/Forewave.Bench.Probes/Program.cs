namespace Forewave.Bench.Probes;

internal static class Program
{
    private static int Main()
    {
        Console.Error.WriteLine("no probe is there yet");
        return 2;
    }
}
