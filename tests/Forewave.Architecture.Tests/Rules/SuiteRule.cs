using Forewave.Architecture.Tests.Reading;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Forewave.Architecture.Tests.Rules;

/// <summary>The script `test` finds the projects of a suite by the text of the trait: so it is literal, alone, and names a suite.</summary>
internal static class SuiteRule
{
    private static readonly string[] Suites = ["unit", "powerloss", "fuzz", "kill", "scenario", "mysql", "zookeeper", "cluster", "outbox", "samples"];

    public static IEnumerable<Offence> Check(SourceFile source)
    {
        foreach (AttributeListSyntax list in source.All<AttributeListSyntax>())
        {
            bool isTrait = list.Attributes.Any(attribute => attribute.Name.ToString() == "Trait");
            if (isTrait && !Suites.Any(suite => list.ToString() == $"[Trait(\"Suite\", \"{suite}\")]"))
            {
                yield return source.Offence(list, list.ToString());
            }
        }
    }
}
