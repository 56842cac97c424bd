using Forewave.Cli.Output;
using Forewave.Server.Configuration;

namespace Forewave.Cli.Serving;

/// <summary>
/// Prints what a broker would be started with, and who says so. It opens neither folder, database nor port: those tell at the
/// start.
/// </summary>
internal static class ConfigurationCheck
{
    /// <summary>Prints every setting; returns the exit code.</summary>
    public static int Print(BrokerConfiguration configuration, bool json)
    {
        foreach (string variable in configuration.UnknownVariables)
            Console.Error.WriteLine($"forewave: {variable} is no setting");
        if (json)
            PrintJson(configuration.Values);
        else
            PrintText(configuration.Values);
        return ExitCode.Done;
    }

    private static void PrintText(IReadOnlyList<SettingValue> values)
    {
        TextTable table = new("setting", "value", "source");
        foreach (var value in values)
            table.Add(value.Setting.Key, value.Text, value.Source);
        table.Print();
    }

    private static void PrintJson(IReadOnlyList<SettingValue> values) => JsonResult.PrintList(values, static (writer, value) =>
    {
        writer.WriteStartObject();
        writer.WriteString("setting", value.Setting.Key);
        writer.WriteString("value", value.Text);
        writer.WriteString("source", value.Source);
        writer.WriteEndObject();
    });
}
