using Forewave.Architecture.Tests.Reading;
using Forewave.Architecture.Tests.Rules;

namespace Forewave.Architecture.Tests;

public class SuiteTests
{
    [Fact]
    public void Traits_name_a_suite_that_the_script_runs() =>
        Offence.AssertNone("""A trait reads [Trait("Suite", "unit|powerloss|fuzz|kill|scenario")]:""",
            Repository.SourcesUnder("tests").SelectMany(SuiteRule.Check));

    [Fact]
    public void Rule_finds_trait_when_misspelt_or_joined()
    {
        // The suite is "unit" here since the script would find the text of another one in this file.
        const string text = """
            class A
            {
                [Fact] [Trait("Suite", "unit")] void Good() { }
                [Fact] [Trait("Suite", "units")] void Misspelt() { }
                [Fact, Trait("Suite", "unit")] void Joined() { }
            }
            """;

        Offence.AssertFound(SuiteRule.Check(SourceFile.Parse("tests/P/A.cs", text)),
            """[Trait("Suite", "units")]""",
            """[Fact, Trait("Suite", "unit")]""");
    }
}
