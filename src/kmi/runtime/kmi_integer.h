/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Exact integers: an expression has Python's value, to signed 128 bits.
 *
 *   -7 // 2 == -4      kmi_floordiv_i64(-7, 2)
 *   -7 % 2 == 1        kmi_mod_i64(-7, 2)
 *
 * No function here calls into a compiler's support library: kernels do not have __divti3 or __muloti4. A divisor
 * is never zero and a shift count never negative: the caller has raised before.
 */
#ifndef KMI_INTEGER_H
#define KMI_INTEGER_H

#define KMI_I64_MIN (-0x7fffffffffffffffLL - 1)
#define KMI_I128_MIN ((i128)((u128)1 << 127))
#define KMI_I128_MAX ((i128)~((u128)1 << 127))

/* Whether an exact value fits a place of this C type. */
#define KMI_FITS(type, value) ((i128)(type)(value) == (i128)(value))

/* The absolute value, which of the least number is one more than the greatest. */
static __always_inline u128 kmi_magnitude(i128 value)
{
	return value < 0 ? -(u128)value : (u128)value;
}

/* Two digits of 64 bits by one, where high < divisor, so that the quotient is one digit. */
static __maybe_unused u64 kmi_divide_digits(u64 high, u64 low, u64 divisor, u64 *remainder)
{
	int shift = __builtin_clzll(divisor);
	u64 rest, digits[2], quotient[2];
	u32 top, bottom;
	int i;

	divisor <<= shift;
	top = (u32)(divisor >> 32);
	bottom = (u32)divisor;
	rest = shift ? high << shift | low >> (64 - shift) : high;
	low <<= shift;
	digits[0] = low >> 32;
	digits[1] = (u32)low;
	for (i = 0; i < 2; i++) {
		u64 guess = rest / top, left = rest % top;

		/* The guess from the upper half is at most two too high. */
		while (guess >> 32 || guess * bottom > (left << 32 | digits[i])) {
			guess--;
			left += top;
			if (left >> 32)
				break;
		}
		rest = (rest << 32 | digits[i]) - guess * divisor;
		quotient[i] = guess;
	}
	*remainder = rest >> shift;
	return quotient[0] << 32 | quotient[1];
}

/* The quotient, towards zero, and the remainder of unsigned numbers. */
static __maybe_unused u128 kmi_divide_u128(u128 left, u128 right, u128 *remainder)
{
	u64 high = (u64)(left >> 64), low = (u64)left, divisor = (u64)right, rest;
	u64 upper, quotient;
	int shift;

	if (!(right >> 64)) {
		if (!high) {
			*remainder = low % divisor;
			return low / divisor;
		}
		upper = high / divisor;
		quotient = kmi_divide_digits(high % divisor, low, divisor, &rest);
		*remainder = rest;
		return (u128)upper << 64 | quotient;
	}
	if (left < right) {
		*remainder = left;
		return 0;
	}
	/* A divisor of two digits leaves one digit: guess it from the leading digits; the guess is at most one too high. */
	shift = __builtin_clzll((u64)(right >> 64));
	quotient = kmi_divide_digits(high >> 1, (u64)(left >> 1), (u64)((right << shift) >> 64), &rest);
	quotient = shift ? quotient >> (63 - shift) : quotient >> 63;
	if (quotient)
		quotient--;
	left -= quotient * right;
	if (left >= right) {
		quotient++;
		left -= right;
	}
	*remainder = left;
	return quotient;
}

/* left * right; true where it does not fit 128 bits. */
static __maybe_unused bool kmi_mul_i128(i128 left, i128 right, i128 *result)
{
	u128 a = kmi_magnitude(left), b = kmi_magnitude(right), cross, product, limit;
	u64 a1 = (u64)(a >> 64), a0 = (u64)a, b1 = (u64)(b >> 64), b0 = (u64)b;
	bool negative = (left < 0) != (right < 0);

	*result = (i128)((u128)left * (u128)right);
	if (a1 && b1)
		return true;
	cross = (u128)a1 * b0 + (u128)b1 * a0; /* one of the two is zero */
	if (cross >> 64)
		return true;
	product = (u128)a0 * b0;
	if (__builtin_add_overflow(product, cross << 64, &product))
		return true;
	limit = (u128)KMI_I128_MAX + negative;
	return product > limit;
}

/* left << count for any count; true where it does not fit 128 bits. */
static __maybe_unused bool kmi_shl_i128(i128 left, i128 count, i128 *result)
{
	if (!left) {
		*result = 0;
		return false;
	}
	if (count > 127)
		return true;
	*result = (i128)((u128)left << (int)count);
	return *result >> (int)count != left;
}

/* left >> count for any count: arithmetic. */
static __always_inline i128 kmi_shr_i128(i128 left, i128 count)
{
	return left >> (count > 127 ? 127 : (int)count);
}

static __always_inline i64 kmi_shr_i64(i64 left, i64 count)
{
	return left >> (count > 63 ? 63 : (int)count);
}

/* left << count modulo 2**64. */
static __always_inline u64 kmi_shl_u64(u64 left, i128 count)
{
	return count > 63 ? 0 : left << (int)count;
}

/* left << count modulo 2**128. */
static __always_inline u128 kmi_shl_u128(u128 left, i128 count)
{
	return count > 127 ? 0 : left << (int)count;
}

/* left // right. Of the least number by -1 it is one past i64, so the result is wider. */
static __always_inline i128 kmi_floordiv_i64(i64 left, i64 right)
{
	i64 quotient;

	if (unlikely(right == -1))
		return -(i128)left;
	quotient = left / right;
	return quotient - (quotient * right != left && (left < 0) != (right < 0));
}

/* left % right, with the divisor's sign. */
static __always_inline i64 kmi_mod_i64(i64 left, i64 right)
{
	i64 rest;

	if (unlikely(right == -1))
		return 0;
	rest = left % right;
	return rest && (rest < 0) != (right < 0) ? rest + right : rest;
}

/* left // right; true where it does not fit 128 bits: the least number by -1. */
static __maybe_unused bool kmi_floordiv_i128(i128 left, i128 right, i128 *result)
{
	u128 rest, quotient;

	if (KMI_FITS(i64, left) && KMI_FITS(i64, right)) {
		*result = kmi_floordiv_i64((i64)left, (i64)right);
		return false;
	}
	if (left == KMI_I128_MIN && right == -1)
		return true;
	quotient = kmi_divide_u128(kmi_magnitude(left), kmi_magnitude(right), &rest);
	if ((left < 0) != (right < 0))
		*result = (i128)-(quotient + (rest != 0));
	else
		*result = (i128)quotient;
	return false;
}

/* left % right, with the divisor's sign. */
static __maybe_unused i128 kmi_mod_i128(i128 left, i128 right)
{
	u128 rest;

	if (KMI_FITS(i64, left) && KMI_FITS(i64, right))
		return kmi_mod_i64((i64)left, (i64)right);
	(void)kmi_divide_u128(kmi_magnitude(left), kmi_magnitude(right), &rest);
	if (!rest)
		return 0;
	if ((left < 0) == (right < 0))
		return right < 0 ? -(i128)rest : (i128)rest;
	return right < 0 ? (i128)((u128)right + rest) : (i128)((u128)right - rest);
}

/* Whether what comes of two numbers, given by their bits, is one of the place's own width. */
#define kmi_atomic_fits(pointer, left, operator, right)                                          \
	({                                                                                       \
		i128 kmi_wide = (i128)(__typeof__(*(pointer)))(left) operator                    \
				(i128)(__typeof__(*(pointer)))(right);                           \
                                                                                                 \
		(i128)(__typeof__(*(pointer)))kmi_wide == kmi_wide;                              \
	})
#define kmi_atomic_sum_fits(pointer, value, amount) kmi_atomic_fits(pointer, value, +, amount)
#define kmi_atomic_rest_fits(pointer, value, amount) kmi_atomic_fits(pointer, value, -, amount)

#endif
