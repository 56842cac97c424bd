namespace Forewave.Bench.Micro;

internal static class Program
{
    private static int Main()
    {
        Console.Error.WriteLine("no benchmark is there yet");
        return 2;
    }
}
