namespace Forewave.Cli;

internal static class Program
{
    private static int Main()
    {
        Console.Error.WriteLine("forewave: no verb is there yet");
        return 2;
    }
}
