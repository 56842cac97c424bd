namespace Forewave.Bench.Peers;

internal static class Program
{
    private static int Main()
    {
        Console.Error.WriteLine("no peer is there yet");
        return 2;
    }
}
