package explain

import (
	"regexp"
	"strings"
)

// decimalPattern is a number with one decimal mark.
var decimalPattern = regexp.MustCompile(`\d+[.,]\d+`)

func judgeDecimal(c clue) (Cause, string) {
	if strings.ReplaceAll(c.left, ",", ".") == strings.ReplaceAll(c.right, ",", ".") {
		return Locale, "a decimal point and a decimal comma"
	}
	return "", ""
}

// quotes are how programs quote in a UTF-8 locale, and in C.
var quotes = strings.NewReplacer("‘", "'", "’", "'", "“", `"`, "”", `"`, "`", "'", "…", "...", "–", "-")

func judgeQuotes(line [2]string) (Cause, string) {
	ascii := func(s string) bool { return strings.IndexFunc(s, func(c rune) bool { return c > 0x7f }) < 0 }
	if ascii(line[0]) == ascii(line[1]) || quotes.Replace(line[0]) != quotes.Replace(line[1]) {
		return "", ""
	}
	return Locale, "quotation marks of a UTF-8 locale and of C"
}

// months and days in languages other than English, as date(1) abbreviates them,
// where they differ from English.
var foreign = regexp.MustCompile(`(?i)\b(jän|janv|ene|genn?|févr|fév|feb|mär|mrz|mars|märz|avr|abr|apr|mai|maio|mag|maj|juin|giu|jui|juil|lug|août|ago|aug|sept|set|okt|ott|oct|out|nov|dez|déc|dic|dec|jan|jun|jul|mar|may|jún|` +
	`mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom|gio|sab|ma|wo|vr|za|zo)\b\.?`)

var (
	englishName = regexp.MustCompile(`\b(` + day + `|` + month + `)\b`)
	digitsOnly  = regexp.MustCompile(`\d+`)
)

// judgeMonths recognises one date written in two languages: the same numbers,
// maybe in another order, with English names on one side only.
func judgeMonths(line [2]string) (Cause, string) {
	english, other := line[0], line[1]
	l, r := digitsOnly.FindAllString(english, -1), digitsOnly.FindAllString(other, -1)
	if len(l) < 2 || !sameSet(l, r) {
		return "", ""
	}
	if len(englishName.FindAllString(other, -1)) > len(englishName.FindAllString(english, -1)) {
		english, other = other, english
	}
	if !englishName.MatchString(english) || !foreign.MatchString(other) {
		return "", ""
	}
	names := func(s string) []string {
		return strings.Fields(englishName.ReplaceAllString(foreign.ReplaceAllString(s, ""), ""))
	}
	if letters(names(english)) != letters(names(other)) || len(englishName.FindAllString(other, -1)) == len(englishName.FindAllString(english, -1)) {
		return "", ""
	}
	return Locale, "a date in two languages"
}

// letters are the words without numbers and points, to see that nothing but
// names differs.
func letters(words []string) string {
	return strings.Map(func(c rune) rune {
		if strings.ContainsRune("0123456789.,: \t", c) {
			return -1
		}
		return c
	}, strings.Join(words, ""))
}
