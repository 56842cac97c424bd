namespace Forewave.Server.Diagnosis.Checks;

/// <summary><c>settings</c>: variables that look like settings and are none. What is wrong otherwise does not come here: it is wrong usage.</summary>
internal static class SettingCheck
{
    /// <summary>Looks.</summary>
    public static IEnumerable<Finding> Look(DiagnosisScene scene)
    {
        if (scene.UnknownVariables.Count > 0)
        {
            yield return new Finding("settings", FindingLevel.Warning)
            {
                Text = $"no settings, though they look like some: {string.Join(", ", scene.UnknownVariables)}",
                Advice = "Correct their names by docs/configuration.md, or unset them; forewave serve --check shows what counts.",
                Values = new Dictionary<string, object> { ["unknown"] = string.Join(",", scene.UnknownVariables) },
            };
        }
    }
}
