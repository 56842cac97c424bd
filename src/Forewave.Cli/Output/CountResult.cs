namespace Forewave.Cli.Output;

/// <summary>How many messages a command touched.</summary>
internal static class CountResult
{
    public static void Print(long messages, bool json)
    {
        if (!json)
        {
            Console.Out.WriteLine($"{messages} messages");
            return;
        }
        JsonResult.Print(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("messages", messages);
            writer.WriteEndObject();
        });
    }
}
