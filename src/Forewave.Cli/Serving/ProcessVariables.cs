using System.Collections;

namespace Forewave.Cli.Serving;

/// <summary>The variables of this process, as a source of settings.</summary>
internal static class ProcessVariables
{
    /// <summary>All of them.</summary>
    public static Dictionary<string, string> Read()
    {
        Dictionary<string, string> variables = [];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        return variables;
    }
}
